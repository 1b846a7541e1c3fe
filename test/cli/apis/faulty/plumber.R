#* Ends its own process, as a crash in native code would
#* @get /die
function() {
  tools::pskill(Sys.getpid(), tools::SIGKILL)
  Sys.sleep(60)
}

#* @get /alive
#* @serializer unboxedJSON
function(req) {
  list(subscription = req$HTTP_X_PENSTOCK_SUBSCRIPTION, key = req$HTTP_OCP_APIM_SUBSCRIPTION_KEY, query = req$QUERY_STRING)
}

#* @post /size
#* @parser octet
#* @serializer unboxedJSON
function(req) {
  length(req$bodyRaw)
}

#* @get /for-standard
function() {
  "yes"
}
