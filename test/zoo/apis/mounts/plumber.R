stop("entrypoint.R wins over plumber.R")
