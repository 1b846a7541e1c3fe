#* @get /option
function() getOption("test.profile")

#* The level of the just-in-time compiler
#* @get /jit
function() compiler::enableJIT(-1)

#* How many threads a numerical library may start
#* @get /threads
function() Sys.getenv("OMP_NUM_THREADS")
