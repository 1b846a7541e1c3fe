# The R host: loads a Plumber API once and turns it into workers.
#
#   PENSTOCK_R_COMMAND='fork EVENTS'         R --no-echo --no-restore --file=host.R
#   PENSTOCK_R_COMMAND='spawn EVENTS SOCKET' R --no-echo --no-restore --file=host.R
#
# with tabs between the fields: arguments on the command line would be seen by an API that takes some itself. It is started
# in the API's directory, without --vanilla, so that its .Rprofile (renv) holds. EVENTS is a named pipe the server reads
# (events.R). `fork` takes commands on stdin (fork.R); `spawn` is itself the one worker, on SOCKET.

local({
  # Nothing of ours may be visible to the API, whose code sees the global environment.
  host <- new.env(parent = baseenv())
  here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
  # R's own way to write a space there.
  here <- gsub("~+~", " ", here, fixed = TRUE)
  for (part in c("events.R", "load.R", "sockets.R", "routes.R", "request.R", "warm.R", "worker.R", "fork.R")) {
    sys.source(file.path(here, part), envir = host)
  }
  args <- strsplit(Sys.getenv("PENSTOCK_R_COMMAND"), "\t", fixed = TRUE)[[1]]
  Sys.unsetenv("PENSTOCK_R_COMMAND")
  host$open_events(args[2])

  # Warnings otherwise wait for the end of a top-level call that lasts as long as the process.
  if (identical(getOption("warn"), 0L) || identical(getOption("warn"), 0)) options(warn = 1)

  serve <- switch(args[1], fork = host$fork_on_command, spawn = host$serve_alone(args[3]))
  host$run_api(serve)
})
quit(save = "no", runLast = FALSE)
