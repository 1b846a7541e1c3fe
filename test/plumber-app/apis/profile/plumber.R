#* @get /option
function() getOption("test.profile")

#* The level of the just-in-time compiler
#* @get /jit
function() compiler::enableJIT(-1)
