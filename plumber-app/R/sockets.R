# The sockets that this process holds: connections to databases, to a cluster of R processes (`future::plan(multisession)`),
# to a web server that is kept for the next download. Forked workers would all write to one and the same and read each
# other's answers.

open_sockets <- function() {
  descriptors <- "/proc/self/fd"
  # Without a list of them (macOS), at least those that R itself has opened.
  if (!dir.exists(descriptors)) {
    connections <- showConnections()
    return(rownames(connections)[connections[, "class"] %in% "sockconn"])
  }
  files <- Sys.readlink(file.path(descriptors, list.files(descriptors)))
  unique(files[startsWith(files, "socket:")])
}
