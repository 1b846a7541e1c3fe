# Between httpuv and the router: what a Unix socket cannot know is put back, and the server's own requests are answered.
#
# The server adds `x-penstock-peer: ADDRESS PORT ADDRESS PORT` (the caller's end, then our end of the connection) to
# every caller's request, and drops a header of that name, of `x-penstock-target` and of `x-penstock-control`, that a caller
# sent. A request without it therefore comes from the server itself.

# An httpuv application around a plumber router.
wrapped <- function(router) {
  list(
    call = function(req) {
      control <- req$HTTP_X_PENSTOCK_CONTROL
      if (!is.null(control)) return(answer_control(control))
      restore_peer(req)
      restore_target(req)
      # Plumber's upload limit. As httpuv's onHeaders it would answer and hang up while the body is still being written, and
      # the writer may then see the broken connection before it sees the answer.
      refusal <- router$onHeaders(req)
      if (!is.null(refusal)) return(framed(refusal, req$REQUEST_METHOD))
      answer <- router$call(req)
      if (!promises::is.promising(answer)) return(framed(answer, req$REQUEST_METHOD))
      promises::then(answer, function(value) framed(value, req$REQUEST_METHOD))
    }
  )
}

# httpuv frames an answer by its body. Without one (newer versions, 1.6.15) or with a longer Content-Length that the API
# set itself, it would never end on a kept connection; httpuv knows the right length. What is no answer at all (plumber
# failed where it handles failures) stays as it is.
framed <- function(answer, method) {
  if (is.null(answer$status)) return(answer)
  lengths <- tolower(names(answer$headers)) %in% "content-length"
  # An answer to HEAD may tell the length of what it does not carry.
  if (is.null(answer$body) && method != "HEAD" && !answer$status %in% c(204L, 304L)) {
    answer$headers <- answer$headers[!lengths]
    answer$body <- ""
  } else if (!is.null(answer$body) && any(lengths)) {
    answer$headers <- answer$headers[!lengths]
  }
  answer
}

restore_peer <- function(req) {
  peer <- strsplit(take_header(req, "x-penstock-peer"), " ", fixed = TRUE)[[1]]
  req$REMOTE_ADDR <- peer[1]
  req$REMOTE_PORT <- peer[2]
  req$SERVER_NAME <- peer[3]
  req$SERVER_PORT <- peer[4]
}

# A target too long for httpuv comes in a header instead.
restore_target <- function(req) {
  if (is.null(req$HTTP_X_PENSTOCK_TARGET)) return()
  target <- take_header(req, "x-penstock-target")
  path <- sub("\\?.*", "", target)
  req$PATH_INFO <- path
  req$QUERY_STRING <- substring(target, nchar(path) + 1L)
}

# The value of a header of the server's own, which the API does not get to see.
take_header <- function(req, name) {
  variable <- paste0("HTTP_", toupper(gsub("-", "_", name, fixed = TRUE)))
  value <- req[[variable]]
  rm(list = variable, envir = req)
  headers <- req$HEADERS
  req$HEADERS <- headers[names(headers) != name]
  value
}

# `ping`: the event loop turns. `stop`: leave it once this answer is on its way.
answer_control <- function(control) {
  if (identical(control, "stop")) later::later(httpuv::interrupt)
  list(status = 200L, headers = list("Content-Type" = "text/plain"), body = control)
}
