# Forking workers on the server's command, one line a command, fields apart by tabs:
#
#   fork NAME SOCKET LOG SEED    a worker serving on SOCKET that prints to the named pipe LOG; SEED is keep or new
#
# answered by `forked NAME PID` (or `unforked NAME MESSAGE`), then `started NAME` and `ready NAME PID` from the worker.
# End-of-file means that the server is gone or done: the host ends. The server ends the workers, and its watchdog does
# when the server cannot.

# Returns in a worker alone, when it has served.
fork_on_command <- function(router) {
  jit <- compiler::enableJIT(-1)
  # What loading left behind would be collected again in every worker, copying the pages it is found on.
  gc(full = TRUE)
  commands <- file("stdin", "r")
  repeat {
    command <- readLines(commands, n = 1L)
    if (length(command) == 0L) leave(0L)
    field <- strsplit(command, "\t", fixed = TRUE)[[1]]
    name <- field[2]
    child <- tryCatch(parallel:::mcfork(estranged = TRUE), error = function(e) {
      tell("unforked", name, encoded(conditionMessage(e)))
      NULL
    })
    if (inherits(child, "masterProcess")) {
      close(commands)
      return(become_worker(router, name, field[3], field[4], field[5], jit))
    }
    if (!is.null(child)) tell("forked", name, child$pid)
  }
}

become_worker <- function(router, name, socket, log, seed, jit) {
  forked <<- TRUE
  reopen_standard_streams(log)
  tell("started", name)
  # Forking switched the just-in-time compiler off.
  compiler::enableJIT(jit)
  # Workers that share a seed would draw the same numbers.
  if (seed == "new" && exists(".Random.seed", envir = globalenv(), inherits = FALSE)) set.seed(NULL)
  serve_on(socket, router)
}

# Descriptors are given out from the lowest free one, so opening three files after closing 0, 1 and 2 replaces those.
standard_streams <- NULL
reopen_standard_streams <- function(log) {
  parallel:::closeFD(0:2)
  standard_streams <<- list(file("/dev/null", "r"), file(log, "w", raw = TRUE), file(log, "w", raw = TRUE))
}
