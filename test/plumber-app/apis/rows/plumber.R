# Routes whose bodies hold rows. Every row has an id, which comes back; a `fault` in a row does harm.

number_of <- function(frame, column) {
  value <- frame[[column]]
  if (is.null(value)) rep(NA_real_, nrow(frame)) else as.numeric(value)
}
text_of <- function(frame, column) if (is.null(frame[[column]])) rep("none", nrow(frame)) else as.character(frame[[column]])

checked <- function(rows) {
  frame <- as.data.frame(rows)
  # The file makes the next call, and no other, lose its worker.
  if ("kill" %in% frame$fault || (file.exists("kill-one") && file.remove("kill-one"))) {
    tools::pskill(Sys.getpid(), tools::SIGKILL)
    Sys.sleep(10)
  }
  if ("loop" %in% frame$fault) {
    cat("looping\n")
    repeat NULL
  }
  if ("fail" %in% frame$fault) stop("a row that fails")
  frame
}

#* @post /table
function(df, prefix = "") {
  df <- checked(df)
  data.frame(id = paste0(prefix, df$id), value = number_of(df, "x") / 7, text = text_of(df, "s"), positive = number_of(df, "x") > 0)
}

#* @post /columns
function(df) {
  df <- checked(df)
  x <- number_of(df, "x")
  list(id = df$id, value = ifelse(is.na(x), 0, x) * 1.37, band = ifelse(is.na(x) | x > 0, 1.5, NA))
}

#* @post /texts
function(df, prefix = "") {
  df <- checked(df)
  paste0(prefix, df$id, "/", text_of(df, "s"), "\u00e9/", text_of(df, "flag"))
}

#* What the answer depends on besides the rows
#* @post /tenant
function(req, df) {
  df <- checked(df)
  tenant <- if (is.null(req$HTTP_X_TENANT)) "nobody" else req$HTTP_X_TENANT
  paste(df$id, tenant)
}

#* As vetiver's: the body itself is the array
#* @post /predict
function(req) {
  rows <- checked(req$body)
  list(id = rows$id, .pred = number_of(rows, "x") * 2.5)
}

#* Tells browsers that their page may read it
#* @post /shared
function(req, df, res) {
  if (!is.null(req$HTTP_ORIGIN)) res$setHeader("Access-Control-Allow-Origin", req$HTTP_ORIGIN)
  checked(df)$id
}

#* Says how its answer is encoded
#* @post /encoded
function(df, res) {
  res$setHeader("Content-Encoding", "identity")
  checked(df)$id
}

#* Each a call of its own, however many wait
#* @post /alone
function(df) {
  df <- checked(df)
  paste0(df$id, "!")
}

#* Equal calls, other answers
#* @post /random
function(df) runif(nrow(df))

#* One row prints as a number, two as an array
#* @post /unboxed
#* @serializer unboxedJSON
function(df) nchar(df$id) * 1.5

#* Works until the file exists
#* @get /until
function(file) {
  while (!file.exists(file)) Sys.sleep(0.01)
  Sys.getpid()
}

#* @get /sleep
function(seconds) Sys.sleep(as.numeric(seconds))
