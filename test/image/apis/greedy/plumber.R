kept <- NULL

#* Keeps this much memory
#* @post /keep
#* @param mb:int
#* @serializer text
function(mb) {
  kept <<- rep(1, as.integer(mb) * 2^17)
  "kept"
}

#* @get /hello
#* @serializer text
function() "hello"

#* Threads that linear algebra and OpenMP would start
#* @get /threads
function() {
  list(openmp = RhpcBLASctl::omp_get_max_threads(), blas = RhpcBLASctl::blas_get_num_procs())
}
