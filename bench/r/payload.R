# The 506 rows of MASS::Boston as request bodies, and what the model says of each as plumber prints it.
# Rscript payload.R RELEASE BODIES EXPECTED: one a line.
arguments <- commandArgs(TRUE)
library(randomForest)
model <- readRDS(file.path(arguments[1], "model.rds"))
rows <- MASS::Boston[, setdiff(names(MASS::Boston), "medv")]
each <- seq_len(nrow(rows))
body <- function(i) sprintf('{"df":%s}', jsonlite::toJSON(rows[i, ], digits = NA, row.names = FALSE))
scores <- unname(predict(model, rows))
writeLines(vapply(each, body, ""), arguments[2])
writeLines(vapply(each, function(i) as.character(jsonlite::toJSON(scores[i])), ""), arguments[3])
