# Lists what an image holds, run inside of it: fields apart by tabs, after a word that says what the line is. R packages
# are those that no Debian package brings.
. /etc/os-release
printf 'os\t%s\t%s\n' "$ID" "$VERSION_ID"
printf 'node\t%s\n' "$(node --version)"
dpkg-query --show --showformat 'deb\t${Package}\t${Version}\t${Architecture}\n'
for description in /usr/local/lib/R/site-library/*/DESCRIPTION; do
  [ ! -f "$description" ] || awk -F': ' '
    { field[$1] = $2 }
    END { printf "cran\t%s\t%s\t%s\n", field["Package"], field["Version"], field["License"] }' "$description"
done
