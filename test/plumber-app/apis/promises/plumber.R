in_flight <- 0

#* Answers when `together` requests are here at the same time
#* @get /together
function(together = "2") {
  in_flight <<- in_flight + 1
  wait <- function(resolve) {
    if (in_flight >= as.integer(together)) resolve(in_flight) else later::later(function() wait(resolve), 0.01)
  }
  promises::promise(function(resolve, reject) wait(resolve))
}
