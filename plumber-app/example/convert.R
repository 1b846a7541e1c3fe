#' Make rows that came as JSON what they were when the model was trained
#'
#' JSON has no factors and no dates, and a column of nulls alone has no type. The schema written at training time says
#' what each column was. Columns that JSON carries as they are cost nothing.
#'
#' @param schema Path of the JSON Schema of one row, as `row_schema()` makes it.
#' @return A function of a data frame that returns it with factors, dates and times restored, and with the nullable
#'   columns that it lacks added as `NA`.
converter <- function(schema) {
  columns <- jsonlite::read_json(schema)$properties
  restore <- Filter(Negate(is.null), lapply(columns, restorer))
  function(frame) {
    for (column in names(restore)) {
      value <- frame[[column]]
      if (is.null(value)) {
        value <- rep(NA, nrow(frame))
      }
      frame[[column]] <- restore[[column]](value)
    }
    frame
  }
}

#' How to restore one column
#'
#' @param column The column's JSON Schema, as a list.
#' @return A function of the column, or `NULL` when JSON carries the column as it is.
restorer <- function(column) {
  nullable <- "null" %in% unlist(column$type)
  type <- setdiff(unlist(column$type), "null")
  format <- if (is.null(column$format)) "" else column$format
  if (!is.null(column$enum)) {
    levels <- unlist(column$enum)
    ordered <- identical(column[["$comment"]], "ordered")
    function(value) factor(as_text(value, nullable), levels = levels, ordered = ordered)
  } else if (format == "date") {
    function(value) as.Date(as.character(value), format = "%Y-%m-%d")
  } else if (format == "date-time") {
    parse_time
  } else if (type == "string") {
    function(value) as_text(value, nullable)
  } else if (nullable) {
    switch(type,
      number = as.numeric,
      integer = as.integer,
      boolean = as.logical
    )
  } else {
    NULL
  }
}

#' Read texts
#'
#' jsonlite reads a column that holds nothing but the text `"NA"` as missing. Where nothing may be missing, it was text.
#'
#' @param value The column.
#' @param nullable Whether a value may be missing.
#' @return The column as character.
as_text <- function(value, nullable) {
  text <- as.character(value)
  if (!nullable) text[is.na(text)] <- "NA"
  text
}

#' Read times as RFC 3339 writes them
#'
#' @param value Texts such as `2024-05-01T12:30:00Z` or `2024-05-01T14:30:00.25+02:00`.
#' @return Times (POSIXct) in UTC; `NA` for what is no such text.
parse_time <- function(value) {
  text <- sub("[Zz]$", "+0000", sub("([+-][0-9]{2}):([0-9]{2})$", "\\1\\2", as.character(value)))
  as.POSIXct(strptime(sub(" ", "T", text), "%Y-%m-%dT%H:%M:%OS%z", tz = "UTC"))
}
