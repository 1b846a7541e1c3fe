# Its workers die soon after they have started, as long as the file exists.
later::later(function() {
  if (file.exists(Sys.getenv("TEST_DOOM_FILE"))) tools::pskill(Sys.getpid(), tools::SIGKILL)
}, 0.3)

#* @get /alive
function() "alive"
