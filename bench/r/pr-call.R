# The API called within one R process, no HTTP at all: Rscript pr-call.R RELEASE BODIES SECONDS prints JSON.
arguments <- commandArgs(TRUE)
suppressMessages(library(plumber))
bodies <- lapply(readLines(arguments[2]), charToRaw)
seconds <- as.numeric(arguments[3])
setwd(arguments[1])
api <- suppressMessages(plumb(dir = "."))

# The request as httpuv hands it over (https://github.com/jeffreyhorner/Rook).
request <- function(body) {
  input <- list(read = function(...) body, read_lines = function(...) rawToChar(body), rewind = function() NULL)
  list2env(list(
    REQUEST_METHOD = "POST", PATH_INFO = "/score", QUERY_STRING = "", CONTENT_TYPE = "application/json",
    HTTP_CONTENT_TYPE = "application/json", CONTENT_LENGTH = as.character(length(body)), rook.input = input
  ))
}

took <- numeric()
now <- function() as.numeric(Sys.time())
start <- now()
index <- 0
repeat {
  body <- bodies[[index %% length(bodies) + 1]]
  index <- index + 1
  before <- now()
  answer <- api$call(request(body))
  took[index] <- now() - before
  if (answer$status != 200L) stop("status ", answer$status)
  if (before - start >= seconds) break
}
# The first calls load and compile.
took <- 1000 * tail(took, -min(50, length(took) %/% 2))
cat(jsonlite::toJSON(list(p50 = median(took), p99 = quantile(took, 0.99, names = FALSE), rate = 1000 / mean(took)),
  auto_unbox = TRUE, digits = NA))
