# Rscript available.R CRAN PACKAGE...
#
# Ends with an error unless the CRAN snapshot has every package: before a compiler is installed for them.

arguments <- commandArgs(trailingOnly = TRUE)
cran <- arguments[1]
packages <- arguments[-1]

known <- tryCatch(
  suppressWarnings(rownames(available.packages(repos = cran, filters = "duplicates"))),
  error = function(e) character()
)
missing <- setdiff(packages, known)
if (length(known) == 0) {
  message("\nDebian lacks ", paste(packages, collapse = ", "), ", and the CRAN snapshot ", cran, " cannot be reached.")
} else if (length(missing) > 0) {
  message("\nNeither Debian nor the CRAN snapshot ", cran, " has the R package ", paste(missing, collapse = ", "), ".")
}
quit(save = "no", status = as.integer(length(missing) > 0))
