# A tree of routers: the directory also holds a plumber.R, which entrypoint.R takes the place of.

leaf <- pr() |>
  pr_get("/", function() "leaf root") |>
  pr_get("/name", function(req) list(leaf = req$PATH_INFO)) |>
  pr_filter("leaf-filter", function(req, res) {
    res$setHeader("X-Leaf", "yes")
    forward()
  })

branch <- pr("branch.R") |>
  pr_mount("/leaf", leaf)

failing <- pr() |>
  pr_get("/", function() stop("in the mount")) |>
  pr_set_404(function(req, res) {
    res$status <- 404
    list(missing = req$PATH_INFO)
  }) |>
  pr_set_error(function(req, res, err) {
    res$status <- 418
    list(caught = conditionMessage(err))
  })

root <- pr() |>
  pr_get("/", function() "root") |>
  pr_get("/branch/own", function() "of the root") |>
  pr_mount("/branch", branch) |>
  pr_mount("failing", failing) |>
  pr_mount("/deep/er", leaf) |>
  pr_static("/files", "./assets") |>
  pr_static("/", "assets/sub") |>
  pr_get("/cwd", function() list(basename(getwd()), sort(dir(pattern = "R$"))))
root$mount("/again", branch)
root
