# What goes over the wire: everything here is compared byte by byte.

received <- function(req) {
  names <- c(
    "REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_PORT", "SERVER_NAME", "SERVER_PORT",
    "HTTP_X_FORWARDED_FOR", "HTTP_X_PENSTOCK_PEER", "HTTP_X_PENSTOCK_CONTROL", "HTTP_X_PENSTOCK_SUBSCRIPTION"
  )
  c(mget(names, envir = req, ifnotfound = ""), list(headers = as.list(req$HEADERS)))
}

#* @get /received
#* @post /received
#* @serializer unboxedJSON
received

#* @get /globals
function() ls(globalenv())

#* @get /users/<id:int>
function(id) id

#* @get /any/<any>
#* @serializer text
function(req) req$PATH_INFO

#* @post /bytes
#* @serializer contentType list(type = "application/octet-stream")
#* @parser octet
function(req) req$bodyRaw

#* @post /part
#* @parser multi
#* @parser octet
#* @serializer contentType list(type = "application/octet-stream")
function(file) file[[1]]

#* @get /cookies
function(res) {
  res$setCookie("a", "1")
  res$setCookie("b", "2")
  res$setHeader("X-MiXed-CaSe", "\u00e9")
  res$status <- 418L
  "teapot"
}

#* @get /none
function(res) {
  res$status <- 204L
  res$body <- ""
  res
}

#* @get /unmodified
function(res) {
  res$status <- 304L
  res$setHeader("ETag", "\"a\"")
  res$body <- ""
  res
}

#* @get /large
#* @serializer contentType list(type = "application/octet-stream")
function(size) rep(as.raw(0:255), length.out = as.integer(size))

#* @get /random
function() runif(1)

#* @assets ./files /files
list()

#* @get /status
function(res, code) {
  res$status <- as.integer(code)
  "odd"
}
