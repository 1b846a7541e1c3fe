model <- 1

#* @get /x
function() {
  1 +
}
