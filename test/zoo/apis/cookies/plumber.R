# Cookies in and out, one header each.

#* @get /echo
function(req) req$cookies

#* @get /raw
function(req) req$HTTP_COOKIE

#* @get /set
function(res, name = "a", value = "1") {
  res$setCookie(name, value)
  "set"
}

#* @get /several
function(res) {
  res$setCookie("one", "1")
  res$setHeader("X-Between", "here")
  res$setCookie("two", "2", path = "/p")
  res$setCookie("one", "again")
  "several"
}

#* @get /attributes
function(res) {
  res$setCookie("all", "v", path = "/", http = TRUE, secure = TRUE, same_site = "Strict")
  res$setCookie("lax", "v", same_site = "Lax")
  res$setCookie("later", "v", expiration = as.POSIXct("2099-12-31 23:59:59", tz = "GMT"))
  res$setCookie("soon", "v", expiration = 60)
  "attributes"
}

#* @get /encoded
function(res) {
  res$setCookie("odd", "a;b, c=d \"ü\" 日本")
  "encoded"
}

#* @get /large
function(res) {
  res$setCookie("large", strrep("x", 5000))
  "large"
}

#* @get /remove
function(res) {
  res$removeCookie("a")
  res$removeCookie("b", path = "/", http = TRUE)
  "removed"
}
