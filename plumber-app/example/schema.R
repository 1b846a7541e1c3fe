#' Describe one row of a data frame as JSON Schema (draft 7)
#'
#' Every column is a property of its type. The levels of a factor are an enumeration, an ordered factor says so in its
#' `$comment`, dates and times are strings of that format. A column that has missing values may be null or absent;
#' every other one is required.
#'
#' @param frame The data frame that the model was trained on, without the response.
#' @return A list that `jsonlite::write_json(auto_unbox = TRUE)` writes as a JSON Schema.
row_schema <- function(frame) {
  nullable <- vapply(frame, anyNA, logical(1))
  list(
    "$schema" = "http://json-schema.org/draft-07/schema#",
    type = "object",
    properties = Map(column_schema, frame, nullable, names(frame)),
    required = I(names(frame)[!nullable])
  )
}

#' Describe one column
#'
#' @param column The column.
#' @param nullable Whether a value may be missing.
#' @param name The column's name, for messages.
#' @return Its JSON Schema, as a list.
column_schema <- function(column, nullable, name) {
  schema <- if (is.ordered(column)) {
    list(type = "string", enum = I(levels(column)), "$comment" = "ordered")
  } else if (is.factor(column)) {
    list(type = "string", enum = I(levels(column)))
  } else if (inherits(column, "Date")) {
    list(type = "string", format = "date")
  } else if (inherits(column, "POSIXct")) {
    list(type = "string", format = "date-time")
  } else if (is.logical(column)) {
    list(type = "boolean")
  } else if (is.integer(column)) {
    list(type = "integer")
  } else if (is.numeric(column)) {
    list(type = "number")
  } else if (is.character(column)) {
    list(type = "string")
  } else {
    stop("column ", name, " is a ", class(column)[1], ", which JSON Schema cannot describe", call. = FALSE)
  }
  if (nullable) {
    schema$type <- I(c(schema$type, "null"))
    if (!is.null(schema$enum)) schema$enum <- c(as.list(schema$enum), list(NULL))
  }
  schema
}
