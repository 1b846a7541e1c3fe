set.seed(1)

#* @get /draw
function() {
  Sys.sleep(0.2)
  runif(1)
}
