# What options and the router's own settings change: debug mode adds the message to errors, there are no docs, slashes
# are redirected, a secret is asked for, and no body may be larger than 1000 bytes.

options(plumber.trailingSlash = TRUE, plumber.sharedSecret = "s3cret", plumber.maxRequestSize = 1000)

pr() |>
  pr_set_debug(TRUE) |>
  pr_set_docs(FALSE) |>
  pr_set_serializer(serializer_unboxed_json()) |>
  pr_set_parsers(c("json", "form", "text")) |>
  pr_get("/fails", function() stop("shown")) |>
  pr_get("/slashed/", function() list(ok = TRUE)) |>
  pr_post("/body", function(req) req$argsBody) |>
  pr_get("/process", function() list(arguments = commandArgs(trailingOnly = TRUE), globals = ls(globalenv()), ours = Sys.getenv("PENSTOCK_R_COMMAND"))) |>
  pr_post("/size", function(req) length(req$bodyRaw))
