# Plumber's own limit on request bodies.

options(plumber.maxRequestSize = 1000)

#* @post /size
#* @parser text
function(req) length(req$bodyRaw)

#* @get /size
function() "no body"
