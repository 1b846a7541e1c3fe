writeLines("loading", Sys.getenv("TEST_LOADING_FILE"))
repeat Sys.sleep(1)
