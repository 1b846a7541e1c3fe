# A worker: serves the router on its own Unix socket until the server asks it to stop.

serve_on <- function(socket, router) {
  # Only our own user may connect.
  httpuv::startPipeServer(socket, strtoi("077", 8L), wrapped(router))
  tell("ready", basename(socket), Sys.getpid())
  close_events()
  # The socket stays open while the exit hooks run: its end tells the server that the process has ended.
  httpuv::service(0)
}

# For `startup: spawn`: this process is the worker.
serve_alone <- function(socket) {
  function(router) serve_on(socket, router)
}
