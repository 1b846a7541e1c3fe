#include <libxml/parser.h>
#include <R.h>
#include <Rinternals.h>

SEXP libxml_version(void) {
  LIBXML_TEST_VERSION
  return Rf_mkString(LIBXML_DOTTED_VERSION);
}
