# Rscript install.R LIBRARY CRAN PACKAGE...
#
# Installs R packages and what they need from a CRAN snapshot into LIBRARY, and loads each to see that it works. What
# Debian's packages have installed already is used as it is.

arguments <- commandArgs(trailingOnly = TRUE)
library <- arguments[1]
cran <- arguments[2]
packages <- arguments[-(1:2)]

fail <- function(...) {
  message("\n", ...)
  quit(save = "no", status = 1)
}

options(repos = c(CRAN = cran), Ncpus = parallel::detectCores(), warn = 1, timeout = 600)
.libPaths(c(library, .libPaths()))

known <- tryCatch(
  suppressWarnings(rownames(available.packages(filters = "duplicates"))),
  error = function(e) character()
)
if (length(known) == 0) {
  fail("Debian lacks ", paste(packages, collapse = ", "), ", and the CRAN snapshot ", cran, " cannot be reached.")
}
unknown <- setdiff(packages, known)
if (length(unknown) > 0) {
  fail("Neither Debian nor the CRAN snapshot ", cran, " has the R package ", paste(unknown, collapse = ", "), ".")
}

remotes::install_cran(packages, lib = library, upgrade = "never", dependencies = NA, INSTALL_opts = "--no-docs")

for (package in packages) {
  reason <- tryCatch({
    loadNamespace(package)
    NULL
  }, error = conditionMessage)
  if (!is.null(reason)) {
    fail(
      "The R package ", package, " was not installed: ", reason,
      "\nWhen a library is missing above, name Debian's package for it: penstock image build --debian libxml2-dev"
    )
  }
}
