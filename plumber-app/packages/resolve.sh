#!/bin/sh
# resolve.sh OUT "R PACKAGES" CRAN "DEBIAN PACKAGES"
#
# Finds the R packages in Debian (r-cran-<name>), and installs the others from the CRAN snapshot. Writes:
#   OUT/debian         the Debian packages that the image needs: R packages, and libraries that the compiled ones link to
#   OUT/site-library   the compiled R packages
# DEBIAN PACKAGES (libxml2-dev …) are installed before compiling, for those that need them.
set -eu
out=$1 packages=$2 cran=$3 headers=$4
here=$(dirname "$0")
library=$out/site-library
mkdir -p "$library"
: > "$out/debian"
[ -n "$packages" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update

elsewhere=
for package in $packages; do
  debian=r-cran-$(printf %s "$package" | tr '[:upper:]' '[:lower:]')
  if Rscript --vanilla -e "quit(status = !nzchar(system.file(package = '$package')))"; then
    echo "$package: in the image already"
  elif apt-cache show "$debian" > /dev/null 2>&1; then
    echo "$package: Debian's $debian"
    echo "$debian" >> "$out/debian"
  else
    echo "$package: from $cran"
    elsewhere="$elsewhere $package"
  fi
done
[ -n "$elsewhere" ] || exit 0

# shellcheck disable=SC2086
Rscript --vanilla "$here/available.R" "$cran" $elsewhere
# shellcheck disable=SC2046,SC2086
apt-get install -y --no-install-recommends r-base-dev r-cran-remotes $headers $(cat "$out/debian")
# shellcheck disable=SC2086
Rscript --vanilla "$here/install.R" "$library" "$cran" $elsewhere

# The run-time halves of the libraries that were linked against.
find "$library" -name '*.so' -exec ldd {} + | awk '/=> \// { print $3 }' | sort -u | while read -r file; do
  dpkg-query --search "$file" "$(readlink -f "$file")" "/usr$file" 2> /dev/null || true
done | sed -n '/^diversion /d; s/:.*//; s/, /\n/g; p' | sort -u >> "$out/debian"
