# What plumber does with the packages readr and yaml.

frame <- data.frame(id = 1:3, name = c("a", "ü, \"quoted\"", NA), score = c(0.1, 2, NA))

#* @get /csv
#* @serializer csv
function() frame

#* @get /tsv
#* @serializer tsv
function() frame

#* @get /csv-typed
#* @serializer csv list(type = "text/csv; charset=utf-8")
function() frame

#* @get /attachment
#* @serializer csv
function() as_attachment(frame, "frame.csv")

#* @get /yaml
#* @serializer yaml
function() list(a = 1, b = list("x", TRUE), frame = frame)

#* @parser csv
#* @post /csv
#* @serializer unboxedJSON
function(req) list(names = names(req$body), rows = nrow(req$body), types = sapply(req$body, typeof), body = req$body)

#* @parser tsv
#* @post /tsv
#* @serializer unboxedJSON
function(req) list(names = names(req$body), rows = nrow(req$body), body = req$body)

#* @parser yaml
#* @post /yaml
#* @serializer unboxedJSON
function(req) req$body

#* @parser multi
#* @parser csv
#* @parser yaml
#* @post /multi
#* @serializer unboxedJSON
function(req) lapply(req$argsBody, identity)
