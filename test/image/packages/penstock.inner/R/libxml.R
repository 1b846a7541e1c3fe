libxml <- function() .Call("libxml_version")
