# Answers questions about JSON and Plumber in one R process: a line `verb base64` in, `answer base64` out.
suppressMessages({
  library(jsonlite)
  library(plumber)
})

table_of <- function(text) plumber:::safeFromJSON(text)

rows_of <- function(body, field) if (field == ".") body else body[[field]]

#' TRUE where a slice of the merged table is the very table that the part makes alone.
slices <- function(parts, merged, field, mixed) {
  whole <- rows_of(table_of(merged), field)
  start <- 0
  vapply(parts, function(part) {
    alone <- rows_of(table_of(part), field)
    n <- nrow(alone)
    slice <- whole[start + seq_len(n), , drop = FALSE]
    start <<- start + n
    row.names(slice) <- NULL
    row.names(alone) <- NULL
    if (mixed) {
      numbers <- function(frame) {
        frame[] <- lapply(frame, function(column) if (is.integer(column)) as.numeric(column) else column)
        frame
      }
      slice <- numbers(slice)
      alone <- numbers(alone)
    }
    identical(slice, alone)
  }, logical(1))
}

routers <- list()

answer <- function(verb, request) {
  switch(verb,
    types = lapply(request$bodies, function(body) {
      frame <- rows_of(table_of(body), request$field)
      list(names = I(names(frame)), types = I(unname(vapply(frame, typeof, ""))))
    }),
    slices = I(slices(request$parts, request$merged, request$field, request$mixed)),
    define = {
      file <- tempfile(fileext = ".R")
      writeLines(request$source, file, useBytes = TRUE)
      routers[[request$name]] <<- plumb(file)
      unlink(file)
      TRUE
    },
    plumb = {
      routers[[request$name]] <<- plumb(file = request$file)
      TRUE
    },
    openapi = {
      plumber:::mount_openapi(routers[[request$router]], "")
      call_router(routers[[request$router]], list(method = "GET", path = "/openapi.json", query = "", body = ""))
    },
    call = call_router(routers[[request$router]], request),
    stop("no such verb: ", verb)
  )
}

#' Calls a router in this process, as httpuv would, and returns status, headers and body (base64).
call_router <- function(router, request) {
  body <- charToRaw(request$body)
  input <- rawConnection(body)
  on.exit(close(input))
  env <- new.env()
  env$REQUEST_METHOD <- request$method
  env$PATH_INFO <- request$path
  env$QUERY_STRING <- request$query
  env$HTTP_CONTENT_TYPE <- "application/json"
  env$CONTENT_TYPE <- "application/json"
  env$HTTP_CONTENT_LENGTH <- as.character(length(body))
  env$rook.input <- list(
    read = function(...) body,
    rewind = function() NULL,
    read_lines = function(...) readLines(input, warn = FALSE)
  )
  answer <- router$call(env)
  content <- answer$body
  if (is.character(content)) content <- charToRaw(paste0(content, collapse = ""))
  list(status = answer$status, headers = answer$headers, body = base64_enc(as.raw(content)))
}

input <- file("stdin", "rb")
repeat {
  line <- readLines(input, n = 1, warn = FALSE)
  if (length(line) == 0) break
  question <- rawToChar(base64_dec(line))
  Encoding(question) <- "UTF-8"
  request <- parse_json(question)
  result <- tryCatch(
    list(value = suppressWarnings(answer(request$verb, request))),
    error = function(e) list(error = conditionMessage(e))
  )
  text <- enc2utf8(as.character(toJSON(result, auto_unbox = TRUE, digits = NA, null = "null")))
  cat("answer ", gsub("\n", "", base64_enc(charToRaw(text))), "\n", sep = "")
  flush(stdout())
}
