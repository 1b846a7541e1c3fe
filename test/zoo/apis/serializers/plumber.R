# Every serializer that needs no further package; devices draw the same bytes each time, PDF and SVG apart from a clock.

values <- list(
  whole = 1L, pi = pi, text = "ü \"quoted\" </tag>", none = NULL, missing = NA, yes = TRUE,
  vector = c(1.5, NA, Inf), named = c(a = 1, b = 2), factor = factor(c("u", "v")), date = as.Date("2024-02-29"),
  time = as.POSIXct(0, origin = "1970-01-01", tz = "UTC"), frame = data.frame(x = 1:2, y = c("a", NA)),
  matrix = matrix(1:4, 2), nested = list(list(a = 1), list()), empty = list(), raw = as.raw(1:3)
)

#* @get /default
function() values

#* @get /json
#* @serializer json
function() values

#* @get /json-digits
#* @serializer json list(digits = 2, auto_unbox = TRUE, na = "null", null = "null")
function() values

#* @get /json-pretty
#* @serializer json list(pretty = TRUE)
function() values

#* @get /json-columns
#* @serializer json list(dataframe = "columns")
function() values$frame

#* @get /json-type
#* @serializer json list(type = "application/vnd.zoo+json")
function() values$frame

#* @get /unboxed
#* @serializer unboxedJSON
function() values

#* @get /html
#* @serializer html
function() "<h1>Grüße</h1>"

#* @get /text
#* @serializer text
function() "line one\nline two: ü 日本"

#* @get /text-vector
#* @serializer text
function() c("a", "b", "c")

#* @get /text-type
#* @serializer contentType list(type = "text/x-zoo; charset=latin1")
function() "declared by the endpoint"

#* @get /content-type
#* @serializer contentType list(type = "application/xml")
function() "<a>&amp;</a>"

#* @get /print
#* @serializer print
function() values$frame

#* @get /cat
#* @serializer cat
function() c("a", "b", 1, TRUE)

#* @get /format
#* @serializer format
function() values$time

#* @get /null
#* @serializer null
function() "never seen"

#* @get /octet
#* @serializer octet
function() as.raw(0:255)

#* @get /octet-wrong
#* @serializer octet
function() "text is not raw"

#* @get /rds
#* @serializer rds
function() values

#* @get /rds-uncompressed
#* @serializer rds list(version = 2, ascii = TRUE)
function() values$frame

#* @get /png
#* @serializer png
function() plot(1:10)

#* @get /png-small
#* @serializer png list(width = 120, height = 80, bg = "grey")
function() plot(1:3)

#* @get /jpeg
#* @serializer jpeg
function() plot(1:10)

#* @get /svg
#* @serializer svg
function() plot(1:10)

#* @get /bmp
#* @serializer bmp list(width = 60, height = 60)
function() {
  par(mar = rep(0, 4))
  plot(1:3, axes = FALSE)
}

#* @get /tiff
#* @serializer tiff list(width = 60, height = 60)
function() {
  par(mar = rep(0, 4))
  plot(1:3, axes = FALSE)
}

#* @get /pdf
#* @serializer pdf list(width = 4, height = 3)
function() plot(1:10)

#* @get /device
#* @serializer device list(type = "image/x-own", dev_on = function(filename) png(filename, width = 200, height = 200))
function() plot(1:2)

#* @get /device-fails
#* @serializer png
function() stop("no picture")

#* @get /png-nothing
#* @serializer png
function() "draws nothing"

#* @get /html-frame
#* @serializer html
function() values$frame

#* @get /fails
#* @serializer json
function() function() "a closure is not JSON"

#* @get /chosen
function(res, as = "json") {
  res$serializer <- switch(as, json = serializer_json(), unboxed = serializer_unboxed_json(), html = serializer_html(),
    text = serializer_text(), none = "not a function")
  "chosen"
}

#* @plumber
function(pr) {
  pr |>
    pr_get("/shout", function() "whisper", serializer = serializer_content_type("text/shout", toupper)) |>
    pr_get("/headers", function() "with headers",
      serializer = serializer_headers(list("Content-Type" = "text/plain", "X-One" = "1", "X-Two" = "2"))) |>
    pr_get("/plain", function() list(a = 1))
}
