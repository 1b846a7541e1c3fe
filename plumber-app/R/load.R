# Loading and running the API exactly as the installed version of plumber does.

# Set in a forked worker: its end must leave what it shares with the host (the session's temporary directory) alone.
forked <- FALSE

# Plumbs the working directory and runs the router, with `serve(app)` standing where plumber starts its TCP server: so
# whatever run() does before (documentation mounted, upload limit, working directory) and after (exit hooks) stays
# plumber's own. An error before `serve` is told as `failed`, with R's message. Ends the process.
run_api <- function(serve) {
  serving <- FALSE
  # The pipes to the server may be sockets.
  ours <- open_sockets()
  # R often says in a warning what its error leaves out: which file cannot be opened.
  warned <- character()
  remember <- function(w) if (!serving) warned <<- utils::tail(c(warned, conditionMessage(w)), 3L)
  # An entrypoint.R that runs its router itself has plumber say where: the server alone knows.
  hush <- function(m) if (grepl("^Running (plumber API|.* Docs) at ", conditionMessage(m))) invokeRestart("muffleMessage")
  serve_instead <- function(host, port, app, ...) {
    # A plumber.R that runs its router itself, while it is sourced, has been served by then.
    if (serving) return(invisible())
    warm_plumber()
    tell_routes(app)
    tell("sockets", length(setdiff(open_sockets(), ours)))
    tell("loaded", encoded(paste("R", getRversion())), encoded(paste("plumber", utils::packageVersion("plumber"))))
    serving <<- TRUE
    serve(app)
  }
  status <- tryCatch({
    library(plumber)
    replace_function("httpuv", "runServer", serve_instead)
    # A port that is given is not probed for; probing would start httpuv's thread, which does not survive a fork.
    if (is.null(getOption("plumber.port"))) options(plumber.port = 8000L)
    api <- withCallingHandlers(plumber::plumb(dir = "."), warning = remember, message = hush)
    api$run(quiet = TRUE)
    0L
  }, error = function(e) {
    if (serving) {
      # An entrypoint.R that runs its router itself, and has served it by now, returns none that plumb() could.
      if (!startsWith(deparse(conditionCall(e), nlines = 1L)[1], "plumber::plumb(")) message(described(e))
    } else {
      tell("failed", encoded(c(described(e), sprintf("Warning: %s", unique(warned))), 8000L))
    }
    1L
  })
  leave(status)
}

leave <- function(status) {
  if (forked) parallel:::mcexit(status)
  quit(save = "no", status = status, runLast = FALSE)
}

replace_function <- function(package, name, replacement) {
  namespace <- asNamespace(package)
  unlockBinding(name, namespace)
  assign(name, replacement, envir = namespace)
  lockBinding(name, namespace)
}

# R's own words for an error, with the call that failed.
described <- function(e) {
  # Plumber prints a syntax error, whose message names file and line, and goes on with a vaguer one.
  file <- sub("^Error sourcing ", "", conditionMessage(e))
  if (file.exists(file)) {
    said <- tryCatch({
      parse(file)
      conditionMessage(e)
    }, error = conditionMessage)
    # About a file that is not in the encoding of the locale R speaks without its name.
    return(if (grepl(file, said, fixed = TRUE)) said else paste0(file, ": ", said))
  }
  call <- conditionCall(e)
  if (is.null(call) || inherits(e, "packageNotFoundError")) return(conditionMessage(e))
  paste0("Error in ", deparse(call, nlines = 1L)[1], " : ", conditionMessage(e))
}
