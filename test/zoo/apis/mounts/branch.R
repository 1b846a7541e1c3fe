#* @filter branch-filter
function(req, res) {
  res$setHeader("X-Branch", "yes")
  forward()
}

#* @get /own
function() "of the branch"

#* @get /things/<id:int>
#* @serializer unboxedJSON
function(req, id) list(id = id, path = req$PATH_INFO)

#* @post /things/
function(req) names(req$argsBody)

#* @assets ./assets /static
list()

#* @plumber
function(pr) pr_get(pr, "/tagged", function() "by @plumber")
