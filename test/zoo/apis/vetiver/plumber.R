# The routes that the vetiver package adds to a router, without the package: its handlers see the body as a data frame,
# hold its columns to those of the training data and answer with a column.

model <- lm(mpg ~ cyl + wt + am, mtcars)
prototype <- mtcars[0, c("cyl", "wt", "am")]

held_to <- function(prototype, new_data) {
  absent <- setdiff(names(prototype), names(new_data))
  if (length(absent) > 0) stop("The required columns ", paste(absent, collapse = ", "), " are missing.")
  new_data[names(prototype)] <- Map(function(is, was) as(is, class(was)), new_data[names(prototype)], prototype)
  new_data[names(prototype)]
}

predictor <- function(model, prototype, ...) {
  force(model)
  function(req) {
    new_data <- held_to(prototype, req$body)
    list(.pred = predict(model, newdata = new_data, ...))
  }
}

#* @plumber
function(pr) {
  pr |>
    pr_set_debug(TRUE) |>
    pr_get("/ping", function() list(status = "online", time = Sys.time())) |>
    pr_get("/metadata", function() list(user = list(), version = NULL, required_pkgs = "stats")) |>
    pr_get("/prototype", function() lapply(prototype, function(column) list(type = class(column), example = list()))) |>
    pr_post("/predict", predictor(model, prototype)) |>
    pr_post("/interval", predictor(model, prototype, interval = "confidence")) |>
    pr_set_api_spec(function(spec) {
      spec$info$title <- "cars model API"
      spec$paths[["/predict"]]$post$requestBody <- list(content = list("application/json" = list(schema = list(
        type = "array", items = list(type = "object", properties = lapply(prototype, function(column) list(type = "number")))
      ))))
      spec
    })
}
