# Endpoints, filters and hooks that answer with promises.

library(promises)

later_value <- function(value, delay = 0.01) {
  promise(function(resolve, reject) later::later(function() resolve(value), delay))
}
later_error <- function(message) {
  promise(function(resolve, reject) later::later(function() reject(message), 0.01))
}

#* @filter slow-filter
function(req, res) {
  if (!grepl("filtered", req$PATH_INFO)) return(forward())
  later_value("from the filter") %...>% {
    req$filtered <- .
    forward()
  }
}

#* @get /value
function() later_value(list(a = 1))

#* @get /now
function() promise_resolve("at once")

#* @get /chain
#* @serializer unboxedJSON
function() later_value(1) %...>% (function(x) later_value(x + 1)) %...>% list(value = .)

#* @get /all
function() promise_all(a = later_value(1, 0.02), b = later_value(2, 0.01)) %...>% list()

#* @get /fails
function() later_error("asynchronously")

#* @get /throws
function() later_value(1) %...>% (function(x) stop("in the chain"))

#* @get /recovers
function() later_error("lost") %...!% (function(e) list(recovered = conditionMessage(e)))

#* @get /filtered
function(req) list(filtered = req$filtered)

#* @get /status
function(res) {
  later_value("created") %...>% {
    res$status <- 201
    res$setHeader("X-Async", "yes")
    res$setCookie("async", "1")
    .
  }
}

#* @get /text
#* @serializer text
function() later_value("some text")

#* @get /png
#* @serializer png
function() later_value(1:5) %...>% plot()

#* @get /response
function(res) {
  res$body <- "its own"
  later_value(res)
}

#* @post /echo
function(req) {
  body <- req$argsBody
  later_value(body)
}

#* @get /id/<id:int>
function(id) later_value(list(id = id), delay = 0.02 - id / 1000)

#* @plumber
function(pr) {
  pr |>
    pr_hooks(list(
      preroute = function(res) later_value(res$setHeader("X-Preroute", "async")),
      postserialize = function(req, value) {
        later_value(value) %...>% {
          .$headers$`X-Postserialize` <- "async"
          .
        }
      }
    ))
}
