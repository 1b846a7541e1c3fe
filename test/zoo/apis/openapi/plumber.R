# What the OpenAPI document says, with every tag that shapes it.

#* @apiTitle The zoo
#* @apiDescription Every tag that shapes the document.
#*   On two lines.
#* @apiTOS http://zoo.example/terms
#* @apiContact list(name = "Keeper", url = "http://zoo.example", email = "keeper@zoo.example")
#* @apiLicense list(name = "MIT", url = "http://zoo.example/licence")
#* @apiVersion 1.2.3
#* @apiTag animals What is kept
#* @apiTag food What is eaten

#* Feed an animal
#* with a longer description
#* @param name:str* Which one
#* @param amount:double How much
#* @param kinds:[str] Which kinds
#* @param often:int=3 How often
#* @param now:bool
#* @response 200 It ate
#* @response 404 No such animal
#* @response default Something else
#* @tag animals
#* @tag food
#* @post /feed
function(name, amount = 1.5, kinds = c("hay", "oats"), often = 3L, now = TRUE) list(name = name, amount = amount)

#* @param id:int The number
#* @get /animal/<id:int>/<part>
#* @serializer text
function(id, part) paste(id, part)

#* @parser multi
#* @param file:file A picture
#* @param files:[file] Pictures
#* @post /picture
#* @serializer png
function(file, files) plot(1:3)

#* @get /old
#* @serializer html
function() "<p>old</p>"

#* @plumber
function(pr) {
  pr |>
    pr_set_api_spec(function(spec) {
      spec$info$`x-zoo` <- list(keeper = "ü")
      spec$paths$`/old`$get$deprecated <- TRUE
      spec
    }) |>
    pr_mount("/sub", pr() |> pr_get("/thing", function(x = 1) x, comments = "Of the mount", tags = "sub"))
}
