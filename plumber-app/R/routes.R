# The route templates of a router and of everything mounted in it, as `route` events: the server labels its metrics with
# them and never with the paths that callers invent.

tell_routes <- function(router, prefix = "") {
  tryCatch(
    {
      if (inherits(router, "PlumberStatic")) tell("route", "GET", encoded(paste0(prefix, "/*")))
      for (endpoint in unlist(router$endpoints, recursive = TRUE, use.names = FALSE)) {
        tell("route", paste(endpoint$verbs, collapse = ","), encoded(paste0(prefix, endpoint$path)))
      }
      for (path in names(router$mounts)) {
        tell_routes(router$mounts[[path]], paste0(prefix, sub("/+$", "", path)))
      }
    },
    error = function(e) message("Routes below '", prefix, "/' are not listed: ", conditionMessage(e))
  )
}
