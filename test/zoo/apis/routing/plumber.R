# Which handler answers which path and method.

#* @get /x
function() "x"

#* @get /x/
function() "x with slash"

#* @get /y
function() "y"

#* @get /slash/
function() "slash"

#* @get /methods
function() "get"

#* @post /methods
function() "post"

#* @put /methods
function() "put"

#* @delete /methods
function() "delete"

#* @patch /patched
function() "patched"

#* @head /headed
function(res) {
  res$setHeader("X-Headed", "yes")
  "a body that HEAD does not show"
}

#* @options /optional
function(res) {
  res$setHeader("Allow", "OPTIONS, GET")
  res$status <- 204
  NULL
}

#* @get /both
#* @head /both
function(req) req$REQUEST_METHOD

#* @get /several/<id>
#* @post /several/<id>
#* @put /other/<id>
function(req, id) list(method = req$REQUEST_METHOD, path = req$PATH_INFO, id = id)

#* @use /anything
function(req) req$REQUEST_METHOD

#* @get /typed/int/<value:int>
function(value) list(type = typeof(value), value = value)

#* @get /typed/double/<value:double>
function(value) list(type = typeof(value), value = value)

#* @get /typed/numeric/<value:numeric>
function(value) list(type = typeof(value), value = value)

#* @get /typed/bool/<value:bool>
function(value) list(type = typeof(value), value = value)

#* @get /typed/logical/<value:logical>
function(value) list(type = typeof(value), value = value)

#* @get /typed/character/<value:character>
function(value) list(type = typeof(value), value = value)

#* @get /typed/ints/<value:[int]>
function(value) list(type = typeof(value), value = value)

#* @param id:int Typed by a comment
#* @get /typed/param/<id>
function(id) list(type = typeof(id), value = id)

#* @get /pair/<a>/<b:int>
function(a, b) list(a = a, b = b)

#* @get /pair/<a>/fixed
function(a) list(fixed = a)

#* @get /dotted/<file.name>
function(file.name) file.name

#* @get /overlap/<id>
function(id) list(dynamic = id)

#* @get /overlap/static
function() "static comes second"

#* @get /prefix/static
function() "static comes first"

#* @get /prefix/<id>
function(id) list(dynamic = id)

#* @get /grüße
function() "grüße"

#* @get /name/<name>
function(name) list(name = name, chars = nchar(name), encoding = Encoding(name))

#* @get /query
function(req) list(query = req$argsQuery, raw = req$QUERY_STRING)

#* @get /default
function(a = "none", b = 2) list(a = a, b = b)

#* @get /required
function(needed) needed

#* @get /dots
function(...) list(...)[setdiff(names(list(...)), c("req", "res"))]

#* @get /path
#* @serializer unboxedJSON
function(req) list(path = req$PATH_INFO, query = req$QUERY_STRING, method = req$REQUEST_METHOD)

#* @get /path/<rest>
#* @serializer unboxedJSON
function(req, rest) list(path = req$PATH_INFO, rest = rest)
