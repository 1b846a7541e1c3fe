# Requests that wait for each other, in one process: only promises let them overlap.

library(promises)

gates <- new.env()

#* Answers once `/open` is asked for the same gate.
#* @get /wait/<gate>
function(gate) promise(function(resolve, reject) gates[[gate]] <- resolve)

#* @get /waiting
function() length(ls(gates))

#* @get /open/<gate>
function(gate) {
  gates[[gate]]("opened")
  rm(list = gate, envir = gates)
  "open"
}
