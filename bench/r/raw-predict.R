# How fast the model itself is: Rscript raw-predict.R RELEASE SECONDS prints JSON.
arguments <- commandArgs(TRUE)
suppressMessages(library(randomForest))
model <- readRDS(file.path(arguments[1], "model.rds"))
seconds <- as.numeric(arguments[2])
rows <- MASS::Boston[, setdiff(names(MASS::Boston), "medv")]

rate <- function(call) {
  call()
  calls <- 0
  start <- proc.time()[["elapsed"]]
  repeat {
    call()
    calls <- calls + 1
    elapsed <- proc.time()[["elapsed"]] - start
    if (elapsed >= seconds) return(calls / elapsed)
  }
}

one <- rows[1, ]
result <- list(calls = rate(function() predict(model, one)), rows = nrow(rows) * rate(function() predict(model, rows)))
cat(jsonlite::toJSON(result, auto_unbox = TRUE, digits = NA))
