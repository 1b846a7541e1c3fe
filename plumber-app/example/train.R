#!/usr/bin/env Rscript
# Usage: Rscript train.R [OUT]
# Trains the model and writes a release directory; OUT is `release` next to this file unless told.

for (package in c("jsonlite", "MASS", "plumber", "randomForest")) {
  if (!requireNamespace(package, quietly = TRUE)) {
    stop("the R package ", package, " is missing: install.packages(\"", package, "\")", call. = FALSE)
  }
}

script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
# R's own way to write a space there.
script <- gsub("~+~", " ", script, fixed = TRUE)
home <- dirname(normalizePath(script))
arguments <- commandArgs(trailingOnly = TRUE)
out <- if (length(arguments) > 0) arguments[1] else file.path(home, "release")

source(file.path(home, "schema.R"))

#' Call an API in this process, as a web server would
#'
#' @param directory Directory of the plumber.R.
#' @param path The route, called with POST.
#' @param body The request body, JSON.
#' @return The answer's body as text; an error when its status is not 200.
call_api <- function(directory, path, body) {
  router <- suppressMessages(plumber::plumb(file.path(directory, "plumber.R")))
  bytes <- charToRaw(body)
  request <- new.env()
  request$REQUEST_METHOD <- "POST"
  request$PATH_INFO <- path
  request$QUERY_STRING <- ""
  request$CONTENT_TYPE <- request$HTTP_CONTENT_TYPE <- "application/json"
  request$rook.input <- list(
    read = function(...) bytes,
    rewind = function() NULL,
    read_lines = function(...) body
  )
  answer <- router$call(request)
  if (answer$status != 200) {
    stop("POST ", path, " answers ", answer$status, ": ", answer$body, call. = FALSE)
  }
  as.character(answer$body)
}

#' Write a text as it is, with no line end added
#'
#' @param text The text.
#' @param file Where to.
write_text <- function(text, file) {
  cat(text, file = file, sep = "")
}

boston <- MASS::Boston
attributes_of <- boston[names(boston) != "medv"]

# The same seed and generators on every version of R: training twice gives the same release.
set.seed(1, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
model <- randomForest::randomForest(medv ~ ., data = boston, ntree = 100)

building <- tempfile("release-")
dir.create(file.path(building, "probes"), recursive = TRUE)
sources <- c("plumber.R", "convert.R", "service.yaml")
invisible(file.copy(file.path(home, sources), building))
saveRDS(model, file.path(building, "model.rds"), version = 3)
schema <- jsonlite::toJSON(row_schema(attributes_of), auto_unbox = TRUE, null = "null", pretty = 2)
write_text(c(schema, "\n"), file.path(building, "schema.json"))

probe <- jsonlite::toJSON(list(df = attributes_of[1:10, ]), digits = NA, rownames = FALSE)
write_text(probe, file.path(building, "probes", "first-ten.json"))
write_text(call_api(building, "/score", probe), file.path(building, "probes", "first-ten.expected.json"))

# Nothing is written to OUT before all of it is there; other files in OUT are left alone.
dir.create(out, recursive = TRUE, showWarnings = FALSE)
copied <- dir.exists(out) &&
  all(file.copy(list.files(building, full.names = TRUE), out, recursive = TRUE, overwrite = TRUE))
if (!copied) {
  stop("cannot write to ", out, call. = FALSE)
}
cat("trained", normalizePath(out), "\n")
