# Holds a connection from the moment it is loaded, as to a database or to a cluster of R processes.
other <- socketConnection(port = as.integer(Sys.getenv("OTHER_PORT")), blocking = TRUE, open = "r+b", timeout = 5)

#* @get /ask
function(text) {
  writeLines(text, other)
  readLines(other, 1L)
}
