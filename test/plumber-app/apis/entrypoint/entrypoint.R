answer <- source("answer.R", local = TRUE)$value
pr() |>
  pr_get("/answer", function() answer) |>
  pr_get("/there", function() file.exists("answer.R")) |>
  pr_set_docs(FALSE)
