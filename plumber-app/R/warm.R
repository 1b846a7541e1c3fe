# R compiles a function when it runs for the second time and loads a package's functions when they are first used: each
# worker would do both for all of plumber, with its first callers waiting. A few calls to a router of our own do it once,
# before the fork. The API's own code is not run.

warm_plumber <- function() {
  seed <- get0(".Random.seed", envir = globalenv(), inherits = FALSE)
  # A loop of its own, so that nothing the API has scheduled runs here.
  try(silent = TRUE, later::with_temp_loop({
    router <- plumber::pr_post(plumber::pr_get(plumber::pr(), "/", function(x) x), "/", function(x) x)
    for (turn in 1:3) {
      router$call(scratch_request("GET", "/", ""))
      router$call(scratch_request("GET", "/nowhere", ""))
      router$call(scratch_request("POST", "/", '{"x":[{"a":1,"b":"c"}]}'))
    }
  }))
  if (!is.null(seed)) assign(".Random.seed", seed, envir = globalenv())
}

# What httpuv would hand over.
scratch_request <- function(method, path, body) {
  bytes <- charToRaw(body)
  list2env(list(
    REQUEST_METHOD = method,
    PATH_INFO = path,
    QUERY_STRING = "?x=1",
    HTTP_CONTENT_TYPE = "application/json",
    HEADERS = c("content-type" = "application/json"),
    rook.input = list(read_lines = function() body, rewind = function() NULL, read = function() bytes)
  ), parent = emptyenv())
}
