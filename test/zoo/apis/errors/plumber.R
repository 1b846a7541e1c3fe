# Errors, and handlers of one's own for them.

#* @get /stop
function() stop("on purpose")

#* @get /stop-multibyte
function() stop("über 日本 \"quoted\"\n<tag>")

#* @get /condition
function() stop(structure(class = c("zoo_error", "error", "condition"), list(message = "classed", call = NULL)))

#* @get /status-first
function(res) {
  res$status <- 422
  stop("after the status was set")
}

#* @get /warning
function() {
  warning("only a warning")
  "warned"
}

#* @get /message
function() {
  message("to the log")
  cat("to the output\n")
  "said"
}

#* @get /missing-argument
function(needed) needed

#* @get /not-a-function
function() no_such_function()

#* @get /deep
function() {
  recurse <- function(n) recurse(n + 1)
  recurse(1)
}

#* @serializer html
#* @get /html-error
function() stop("in HTML")

#* @get /serializer-error
#* @serializer json list(force = FALSE)
function() new.env()

#* @get /retry
function() stop(structure(class = c("busy", "error", "condition"), list(message = "busy", call = NULL)))

#* @plumber
function(pr) {
  pr |>
    pr_set_404(function(req, res) {
      res$status <- 404
      res$setHeader("X-Custom", "404")
      list(nothing_at = req$PATH_INFO, method = req$REQUEST_METHOD)
    }) |>
    pr_set_error(function(req, res, err) {
      if (inherits(err, "busy")) {
        res$status <- 503
        res$setHeader("Retry-After", "7")
      } else if (res$status == 200) {
        res$status <- 500
      }
      res$serializer <- serializer_unboxed_json()
      list(caught = conditionMessage(err), class = class(err), at = req$PATH_INFO)
    })
}
