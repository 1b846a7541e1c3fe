# What runs before an endpoint, in which order, and how it is left out.

options(plumber.sharedSecret = "open sesame")

#* @filter trace
function(req, res) {
  req$trace <- c(req$trace, "trace")
  res$setHeader("X-Filter", "trace")
  forward()
}

#* @filter cors
function(req, res) {
  res$setHeader("Access-Control-Allow-Origin", "*")
  if (req$REQUEST_METHOD == "OPTIONS") {
    res$setHeader("Access-Control-Allow-Methods", "*")
    res$setHeader("Access-Control-Allow-Headers", req$HTTP_ACCESS_CONTROL_REQUEST_HEADERS)
    res$status <- 200
    return(list())
  }
  forward()
}

#* @filter answer
#* @serializer unboxedJSON
function(req, res) {
  req$trace <- c(req$trace, "answer")
  if (grepl("^/answered", req$PATH_INFO)) {
    res$status <- 202
    return(list(by = "the filter", trace = req$trace))
  }
  forward()
}

#* @filter fail
function(req) {
  if (grepl("^/failing", req$PATH_INFO)) stop("the filter fails")
  forward()
}

#* @filter authorise
function(req, res, token = "") {
  req$trace <- c(req$trace, "authorise")
  if (token != "letmein" && !identical(req$HTTP_AUTHORIZATION, "Bearer letmein")) {
    res$status <- 401
    res$setHeader("WWW-Authenticate", "Bearer realm=\"zoo\"")
    return(list(error = "no token"))
  }
  req$user <- list(name = "joe")
  forward()
}

#* @filter rewrite
function(req) {
  if (identical(req$HTTP_X_REWRITE, "yes")) req$PATH_INFO <- "/rewritten"
  forward()
}

#* @get /protected
function(req) list(user = req$user, trace = req$trace)

#* @preempt authorise
#* @get /open
function(req) list(user = req$user, trace = req$trace)

#* @preempt trace
#* @get /earlier
function(req) list(trace = req$trace)

#* @preempt __first__
#* @get /first
function(req) list(trace = req$trace, query = req$argsQuery)

#* @get /rewritten
function(req) list(trace = req$trace, rewritten = TRUE)

#* @preempt authorise
#* @post /args
function(req) list(args = names(req$args), body = req$argsBody, query = req$argsQuery)

#* @get /passes/<id:int>
function(res, id) {
  if (id > 10) return(forward())
  list(id = id)
}
