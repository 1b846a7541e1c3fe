# Not what is served: entrypoint.R wins.
#* @get /answer
function() "wrong"
