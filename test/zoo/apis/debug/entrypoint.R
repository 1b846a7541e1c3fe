# Debug mode adds the message to errors; no docs; slashes are redirected.

options(plumber.trailingSlash = TRUE, plumber.sharedSecret = "s3cret")

pr() |>
  pr_set_debug(TRUE) |>
  pr_set_docs(FALSE) |>
  pr_set_serializer(serializer_unboxed_json()) |>
  pr_set_parsers(c("json", "form")) |>
  pr_get("/fails", function() stop("shown")) |>
  pr_get("/slashed/", function() list(ok = TRUE)) |>
  pr_post("/body", function(req) req$argsBody)
