# What the host and its workers tell the server: one line an event, fields apart by tabs, text percent-encoded. It has a
# pipe of its own, so nothing that user code prints can be taken for an event. A line is one write and, but for `failed`
# (when there are no workers yet), shorter than PIPE_BUF: whole even when several processes write at once.

events <- NULL

open_events <- function(path) {
  events <<- file(path, "w", raw = TRUE)
}

close_events <- function() {
  close(events)
}

tell <- function(...) {
  # As one string: `cat` writes each of its arguments by itself.
  cat(paste0(paste(..., sep = "\t"), "\n"), file = events)
  flush(events)
}

# One field of an event: every byte percent-encoded, at most `most` bytes.
encoded <- function(text, most = 1000L) {
  bytes <- charToRaw(enc2utf8(paste(text, collapse = "\n")))
  if (length(bytes) > most) bytes <- bytes[seq_len(most)]
  paste0("%", bytes, collapse = "")
}
