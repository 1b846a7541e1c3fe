# What an endpoint does with the response object, and what it sees of the request.

#* @get /status/<code:int>
function(res, code) {
  res$status <- code
  list(code = code)
}

#* @get /status-text
function(res) {
  res$status <- "202"
  "as text"
}

#* @get /status-empty/<code:int>
function(res, code) {
  res$status <- code
  res$body <- ""
  res
}

#* @get /headers
function(res) {
  res$setHeader("X-Plain", "1")
  res$setHeader("x-lower", "2")
  res$setHeader("X-UPPER", "3")
  res$setHeader("X-Repeated", "a")
  res$setHeader("X-Repeated", "b")
  res$setHeader("X-Number", 42)
  res$setHeader("X-Decimal", 1.5)
  res$setHeader("X-Logical", TRUE)
  res$setHeader("X-Empty", "")
  res$setHeader("X-Spaces", "  padded  ")
  res$setHeader("X-UTF8", "grüße")
  res$setHeader("X-Long", strrep("y", 3000))
  res$setHeader("Vary", "Accept")
  res$setHeader("Vary", "Cookie")
  res$setHeader("Cache-Control", "no-store")
  res$setHeader("ETag", "\"abc\"")
  res$setHeader("Server", "zoo")
  res$setHeader("Link", "</a>; rel=next, </b>; rel=prev")
  "headers"
}

#* @get /many-headers
function(res) {
  for (i in 1:100) res$setHeader(paste0("X-", i), i)
  "many"
}

#* @get /content-type
function(res) {
  res$setHeader("Content-Type", "application/x-own")
  list(a = 1)
}

#* @get /hop
function(res) {
  res$setHeader("Keep-Alive", "timeout=5")
  res$setHeader("X-After", "hop")
  "hop"
}

#* @get /dated
function(res) {
  res$setHeader("Last-Modified", "Thu, 29 Feb 2024 12:00:00 GMT")
  res$setHeader("Expires", "0")
  "dated"
}

#* @get /body
function(res) {
  res$body <- "{\"own\": true}"
  res$setHeader("Content-Type", "application/json")
  res
}

#* @get /raw-body
function(res) {
  res$body <- as.raw(c(0, 255, 10, 13, 0))
  res
}

#* @get /no-body
function(res) res

#* @get /redirect
function(res) {
  res$status <- 303
  res$setHeader("Location", "../elsewhere?a=1&b=ü")
  res
}

#* @get /file
function(res) include_file("files/page.html", res)

#* @get /file-type
function(res) include_file("files/bytes.bin", res, "application/x-bytes")

#* @get /html
function(res) include_html("files/page.html", res)

#* @get /missing-file
function(res) include_file("files/none.txt", res)

#* @get /attachment
#* @serializer json
function() as_attachment(list(a = 1), "data.json")

#* @get /attachment-unnamed
#* @serializer octet
function() as_attachment(as.raw(1:9))

#* @get /attachment-multibyte
#* @serializer text
function() as_attachment("text", "grüße 日本.txt")

#* @get /attachment-quotes
#* @serializer text
function() as_attachment("text", "a \"b\"; c.txt")

#* @get /null
function() NULL

#* @get /empty-string
function() ""

#* @get /empty-list
function() list()

#* @get /na
function() NA

#* @get /big
#* @serializer octet
function(n = "1000000") as.raw(rep_len(0:255, as.integer(n)))

#* @get /big-json
function() list(x = seq_len(200000) / 7)

#* @get /big-text
#* @serializer text
function() strrep("ü", 500000)

#* The request as R sees it, without what names the connection.
#* @get /request
#* @post /request
#* @serializer unboxedJSON
function(req) {
  own <- c("CONNECTION", "HTTP_CONNECTION", "HTTP_KEEP_ALIVE", "REMOTE_PORT", "SERVER_PORT", "HEADERS")
  names <- setdiff(sort(grep("^[A-Z_]+$", ls(req), value = TRUE)), own)
  values <- mget(names, envir = req)
  list(values = values, names = sort(names(req$HEADERS)), remote = req$REMOTE_ADDR, scheme = req$rook.url_scheme)
}

#* @get /header-names
#* @serializer unboxedJSON
function(req) {
  headers <- req$HEADERS
  as.list(headers[setdiff(names(headers), c("connection", "keep-alive"))])
}

#* @get /port
#* @serializer unboxedJSON
function(req) list(is_number = grepl("^[0-9]+$", req$SERVER_PORT), remote_is_number = grepl("^[0-9]+$", req$REMOTE_PORT))

#* @get /random
#* @serializer unboxedJSON
function(seed = 1) {
  set.seed(as.integer(seed))
  runif(3)
}

#* @get /locale
#* @serializer unboxedJSON
function() list(locale = Sys.getlocale("LC_CTYPE"), tz = Sys.timezone(), encoding = getOption("encoding"), warn = getOption("warn"),
  interactive = interactive(), plumber = "package:plumber" %in% search(), files = sort(dir()))
