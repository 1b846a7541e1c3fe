# Rscript install.R LIBRARY CRAN PACKAGE...
#
# Installs R packages and what they need from a CRAN snapshot into LIBRARY, and loads each to see that it works. What
# Debian's packages have installed already is used as it is.

arguments <- commandArgs(trailingOnly = TRUE)
library <- arguments[1]
cran <- arguments[2]
packages <- arguments[-(1:2)]

options(repos = c(CRAN = cran), Ncpus = parallel::detectCores(), warn = 1, timeout = 600)
.libPaths(c(library, .libPaths()))

# What went wrong is told below, for the package that is missing in the end.
tryCatch(
  remotes::install_cran(packages, lib = library, upgrade = "never", dependencies = NA, INSTALL_opts = "--no-docs"),
  error = function(e) message(conditionMessage(e))
)

for (package in packages) {
  reason <- tryCatch({
    loadNamespace(package)
    NULL
  }, error = conditionMessage)
  if (!is.null(reason)) {
    message(
      "\nThe R package ", package, " was not installed: ", reason,
      "\nWhen a library is missing above, name Debian's package for it: penstock image build --debian libxml2-dev"
    )
    quit(save = "no", status = 1)
  }
}
