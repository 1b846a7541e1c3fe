library(plumber)
pr() |> pr_get("/", function() "self") |> pr_run(port = 8000, docs = FALSE)
