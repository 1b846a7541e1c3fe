options(plumber.maxRequestSize = 1000)

#* @post /x
function() "taken"
