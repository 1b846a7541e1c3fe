library(notInstalledAnywhere)

#* @get /x
function() 1
