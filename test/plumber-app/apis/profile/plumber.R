#* @get /option
function() getOption("test.profile")
