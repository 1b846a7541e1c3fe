# How request bodies become values. What can't be parsed depends on Plumber alone.

describe <- function(value) paste(capture.output(str(value, vec.len = 6)), collapse = "\n")
body_of <- function(req) {
  list(body = describe(req$body), args = describe(req$argsBody), raw = length(req$bodyRaw), text = nchar(req$postBody, "bytes"))
}

#* @post /default
#* @serializer unboxedJSON
body_of

#* @put /default
#* @serializer unboxedJSON
body_of

#* @parser json
#* @post /json
#* @serializer unboxedJSON
body_of

#* @parser json list(simplifyVector = FALSE)
#* @post /json-lists
#* @serializer unboxedJSON
body_of

#* @parser form
#* @post /form
#* @serializer unboxedJSON
body_of

#* @parser text
#* @post /text
#* @serializer unboxedJSON
body_of

#* @parser octet
#* @post /octet
#* @serializer unboxedJSON
body_of

#* @parser rds
#* @post /rds
#* @serializer unboxedJSON
body_of

#* @parser none
#* @post /none
#* @serializer unboxedJSON
body_of

#* @parser multi
#* @parser json
#* @parser octet
#* @parser text
#* @post /multi
#* @serializer unboxedJSON
body_of

#* @parser json
#* @post /named
#* @serializer unboxedJSON
function(a, b = "default", ...) list(a = a, b = b, more = names(list(...)))

#* The bytes as they came, whatever they are said to be.
#* @parser octet
#* @parser text
#* @post /echo
#* @serializer octet
function(req) req$bodyRaw

#* @post /lines
#* @serializer unboxedJSON
function(req) {
  req$rook.input$rewind()
  list(lines = length(req$rook.input$read_lines()), size = length(req$bodyRaw))
}

#* @parser multi
#* @parser octet
#* @post /upload
#* @serializer unboxedJSON
function(req) {
  lapply(req$body, function(part) {
    list(name = part$name, filename = part$filename, type = part$content_type,
      size = length(part$value), sum = sum(as.integer(part$value)), parsed = class(part$parsed))
  })
}

#* @parser multi
#* @parser octet
#* @post /upload-args
#* @serializer unboxedJSON
function(file, note = "none") list(files = names(file), sizes = lengths(file), note = describe(note))
