# Hooks see the request from before routing until after serialising; the exit hook runs when the API ends.

#* @get /plain
function(req) list(seen = req$seen)

#* @get /fails
function() stop("with hooks")

#* @get /response
function(res) {
  res$body <- "a response of its own"
  res
}

#* @get /text
#* @serializer text
function() "some text"

#* @plumber
function(pr) {
  pr |>
    pr_hooks(list(
      preroute = function(data, req, res) {
        data$path <- req$PATH_INFO
        req$seen <- "preroute"
        res$setHeader("X-Preroute", req$PATH_INFO)
        if (identical(req$HTTP_X_FAIL, "preroute")) stop("in preroute")
        if (identical(req$HTTP_X_REDIRECT, "yes")) req$PATH_INFO <- "/text"
      },
      postroute = function(data, req, res, value) {
        res$setHeader("X-Postroute", data$path)
        if (identical(req$HTTP_X_FAIL, "postroute")) stop("in postroute")
        if (is.list(value) && !is.null(value$seen)) value$postroute <- TRUE
        value
      },
      preserialize = function(value) {
        if (is.list(value)) value$preserialize <- TRUE
        value
      },
      postserialize = function(data, req, value) {
        if (identical(req$HTTP_X_FAIL, "postserialize")) stop("in postserialize")
        value$headers$`X-Postserialize` <- as.character(nchar(value$body))
        if (identical(req$HTTP_X_TEAPOT, "yes")) value$status <- 418L
        value
      }
    )) |>
    pr_hook("preroute", function(res) res$setHeader("X-Second", "yes")) |>
    pr_hook("exit", function() if (file.exists("exits.txt")) cat("ended\n", file = "exits.txt", append = TRUE))
}
