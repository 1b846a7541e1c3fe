plumber::plumb("plumber.R")$run("0.0.0.0", port = 8000)
