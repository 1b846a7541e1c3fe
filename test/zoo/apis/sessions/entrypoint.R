# A sealed session cookie with every attribute, on a router that entrypoint.R composes.

key <- strrep("0123456789abcdef", 4)

pr() |>
  pr_cookie(key, "sealed", expiration = 3600, http = TRUE, secure = FALSE, same_site = "Lax", path = "/") |>
  pr_get("/count", function(req) {
    req$session$count <- if (is.null(req$session$count)) 1 else req$session$count + 1
    req$session$count
  }) |>
  pr_get("/keep", function(req, value = "nothing") {
    req$session$kept <- c(req$session$kept, value)
    req$session$kept
  }) |>
  pr_get("/see", function(req) req$session) |>
  pr_get("/forget", function(req) {
    req$session <- NULL
    "forgotten"
  })
