library(plumber)

model <- lm(Petal.Width ~ Sepal.Length + Sepal.Width + Species, iris)
small <- function(x) ifelse(is.na(x), 0, x)
text_of <- function(frame, column) if (is.null(frame[[column]])) rep("none", nrow(frame)) else as.character(frame[[column]])
number_of <- function(frame, column) {
  value <- frame[[column]]
  if (is.null(value)) rep(0, nrow(frame)) else suppressWarnings(as.numeric(value))
}
guard <- function(frame) if (any(number_of(frame, "x") == 555, na.rm = TRUE)) stop("no such x") else frame

#* Rows are independent here.
#* @post /numbers
function(df) {
  df <- guard(as.data.frame(df))
  small(number_of(df, "x")) * 1.37 + nchar(text_of(df, "s"))
}

#* @post /missing
function(df) {
  df <- guard(as.data.frame(df))
  x <- number_of(df, "x")
  ifelse(x > 0, x / 3, NA)
}

#* @post /classes
function(df) {
  df <- guard(as.data.frame(df))
  factor(ifelse(small(number_of(df, "x")) > 0, "1", "0"), levels = c("0", "1"))
}

#* @post /flags
function(df) {
  df <- guard(as.data.frame(df))
  number_of(df, "x") > 1
}

#* @post /texts
function(df, prefix = "") {
  df <- guard(as.data.frame(df))
  paste0(prefix, text_of(df, "s"), "\u00e9/", text_of(df, "f"))
}

#* @post /rows
function(df) {
  df <- guard(as.data.frame(df))
  data.frame(value = number_of(df, "x") / 7, class = text_of(df, "s"), one = small(number_of(df, "x")) > 0)
}

#* @post /columns
function(df) {
  df <- guard(as.data.frame(df))
  list(value = small(number_of(df, "x")) / 7, class = text_of(df, "s"))
}

#* @post /matrix
function(df) {
  df <- guard(as.data.frame(df))
  p <- 1 / (1 + exp(-small(number_of(df, "x"))))
  cbind(p, 1 - p)
}

#* @post /lists
function(df) {
  df <- guard(as.data.frame(df))
  lapply(seq_len(nrow(df)), function(i) list(x = number_of(df, "x")[i], s = text_of(df, "s")[i]))
}

#* One column is always numeric, the other is logical where all of it is missing.
#* @post /bands
function(df) {
  df <- guard(as.data.frame(df))
  x <- number_of(df, "x")
  list(value = x * 2, band = ifelse(is.na(x) | x > -4, 1.5, NA))
}

#* @post /iris
function(df) {
  df <- as.data.frame(df)
  df$Species <- factor(df$Species, levels = levels(iris$Species))
  predict(model, df)
}

#* @post /predict
function(req) {
  df <- guard(as.data.frame(req$body))
  data.frame(.pred = small(number_of(df, "x")) * 2.5)
}

#* From here on something is wrong with merging.
#* @post /random
function(df) runif(nrow(df))

#* @post /centred
function(df) df$x - mean(df$x)

#* @post /ranks
function(df) rank(df$x)

#* @post /running
function(df) cumsum(df$x)

#* @post /unboxed
#* @serializer unboxedJSON
function(df) df$x * 2

#* @post /pretty
#* @serializer json list(pretty = TRUE)
function(df) data.frame(x = df$x)

#* @post /dates
function(df) as.POSIXct("2024-01-01", tz = "UTC") + df$x

#* @post /formatted
function(df) format(df$x)

#* A column of texts is read as its first value is.
#* @post /days
function(df) as.numeric(as.Date(df$s))

#* A column of texts is read as all its values can be: without the time, beside a day.
#* @post /times
function(df) as.numeric(as.POSIXct(df$s, tz = "UTC"))

#* Alone, an integer is refused.
#* @post /doubles
function(df) {
  stopifnot(is.double(df$x))
  df$x * 2
}

#* @post /integers
function(df) if (is.integer(df$x)) df$x + 1L else df$x * 3

#* @post /next
function(df) df$x + 1L

#* @post /before
function(df) df$x - 1L

#* @post /overflow
function(df) df$x * 1e5L

#* @post /range
function(df) list(value = df$x * 2, range = range(df$x))

#* @post /summary
function(df) list(mean = mean(df$x))

#* @post /few
function(df) if (nrow(df) > 2) stop("too many") else df$x

#* @post /header
function(df, res) {
  res$setHeader("x-rows", nrow(df))
  df$x
}

#* @post /named
#* @serializer json list(keep_vec_names = TRUE)
function(df) stats::setNames(df$x, seq_len(nrow(df)))

#* @post /counted
function(df) {
  counter <<- if (exists("counter")) counter + 1 else 0
  df$x + counter
}

#* @post /failing
function(df) stop("always")

#* @post /refused
function(df, res) {
  res$status <- 403
  df$x
}
