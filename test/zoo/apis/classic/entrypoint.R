# A router built with the methods that came before `pr_get` and its kin, with parsers and serializers of its own.

register_parser("reverse", function() {
  function(value, ...) paste(rev(strsplit(rawToChar(value), "")[[1]]), collapse = "")
}, fixed = "text/reverse")
register_serializer("shout", function(mark = "!") {
  serializer_content_type("text/shout", function(value) paste0(toupper(value), mark))
})

branch <- Plumber$new()
branch$handle("GET", "/leaf", function(req) list(path = req$PATH_INFO, marked = req$marked))
branch$handle("GET", "/fails", function() stop("in the branch"))

root <- Plumber$new()
root$filter("mark", function(req) {
  req$marked <- c(req$marked, "filter")
  plumber::forward()
})
root$filter("gate", function(req, res) {
  if (!is.null(req$HTTP_X_CLOSED)) {
    res$status <- 403
    return(list(error = "closed"))
  }
  if (!is.null(req$HTTP_X_BROKEN)) stop("the gate broke")
  forward()
})
root$handle("GET", "/marked", function(req) req$marked)
root$handle(c("PUT", "PATCH"), "/both", function(req, value = "none") paste(req$REQUEST_METHOD, value))
root$handle("GET", "/early", function(req) is.null(req$marked), preempt = "mark")
root$handle("GET", "/late", function(req) req$marked, preempt = "gate")
root$handle("GET", "/ids/<ids:[int]>", function(ids) ids)
root$handle("GET", "/words/<words:[character]>", function(words) words)
root$handle("GET", "/pair/<first>-<second>", function(first, second) c(first, second))
root$handle("GET", "/shout", function(text = "hey") text, serializer = serializer_content_type("text/plain", toupper))
root$handle("POST", "/reverse", function(req) req$body, parsers = "reverse")
root$handle("GET", "/redirect", function(res) {
  res$status <- 302
  res$setHeader("Location", "/marked")
  res
})
root$handle("GET", "/written", function(res) {
  res$body <- "written by hand"
  res$setHeader("Content-Type", "text/plain; charset=latin1")
  res
})
root$handle("GET", "/invisible", function() invisible(NULL))
root$handle("GET", "/warns", function() {
  warning("this is only said")
  "fine"
})
root$handle("GET", "/fails", function() stop("on purpose"))
root$registerHooks(list(
  preroute = function(data, req) data$began <- "preroute",
  postroute = function(data, req, value) if (is.character(value)) paste(value, data$began) else value,
  postserialize = function(data, res, value) {
    value$headers[["X-Hooked"]] <- data$began
    value
  }
))
root$registerHooks(session_cookie(strrep("fedcba9876543210", 4), name = "classic"))
root$handle("GET", "/visits", function(req) {
  req$session$visits <- if (is.null(req$session$visits)) 1 else req$session$visits + 1
  req$session$visits
})
root$setErrorHandler(function(req, res, err) {
  res$status <- 418
  list(error = conditionMessage(err), path = req$PATH_INFO)
})
root$set404Handler(function(req, res) {
  res$status <- 404
  list(nothing = req$PATH_INFO)
})
root$mount("/branch", branch)
root
