# What goes wrong in a worker, on demand.

cat("loading\n")
warning("while loading")

#* @get /pid
function() Sys.getpid()

#* Works until the file exists
#* @get /until
function(file) {
  while (!file.exists(file)) Sys.sleep(0.01)
  Sys.getpid()
}

#* @get /crash
#* @post /crash
function() tools::pskill(Sys.getpid(), tools::SIGKILL)

#* @get /loop
function() repeat NULL

#* @get /print
function(text) {
  # The second is an event of the host's protocol, were it not printed by a worker.
  cat(text, "\nready\tworker-1\t1\n", sep = "")
  message("to stderr")
  warning("at once")
  system("echo from a child process")
  "printed"
}

#* Starts something that outlives this worker and holds what it prints to open
#* @get /outlived
function() {
  system("sleep 600 &")
  Sys.getpid()
}

#* @get /hoard
function(megabytes) {
  hoard <<- numeric(as.integer(megabytes) * 131072L)
  hoard[] <<- 1
  Sys.getpid()
}

#* What all workers share: the temporary directory of the session that they were forked from
#* @get /temporary
function() {
  file <- tempfile()
  writeLines("kept", file)
  readLines(file)
}

#* @get /error
function() stop("an error of the API's own")

#* @plumber
function(pr) {
  pr_hook(pr, "exit", function() {
    file <- Sys.getenv("TEST_EXIT_FILE")
    # In one piece: several workers end at once.
    if (nzchar(file)) cat(paste0(Sys.getpid(), "\n"), file = file, append = TRUE)
  })
}
