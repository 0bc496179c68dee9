#!/usr/bin/env bash
# abi.sh - programs of an older release run with the newer library: abi.sh OLD NEW
#
# OLD and NEW are the prefixes of two installations with debug information: lib/libmmreader.so and
# include/. The status is 0 if the new library differs only by more calls, more fields at the ends
# of options, and more values of enumerations, or if it has another SONAME.
#
# The code of inline functions is not compared. The fields that they use are, since iterators are
# public structures; CONTRIBUTING.md has the rules for the rest.
#
# SPDX-License-Identifier: MIT
set -eu

old=$1 new=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
status=0

soname()
{
	readelf -d "$1/lib/libmmreader.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'
}
if [ "$(soname "$old")" != "$(soname "$new")" ]; then
	echo "another SONAME: $(soname "$old"), then $(soname "$new")"
	exit
fi
for prefix in old new; do
	abidw --load-all-types --headers-dir "${!prefix}/include" --out-file "$tmp/$prefix.xml" \
		"${!prefix}/lib/libmmreader.so"
done
python3 "${0%/*}/abi.py" "$tmp/old.xml" "$tmp/new.xml" > "$tmp/options.suppr" || status=1
abidiff --no-added-syms --suppressions "$tmp/options.suppr" \
	--headers-dir1 "$old/include" --headers-dir2 "$new/include" \
	"$old/lib/libmmreader.so" "$new/lib/libmmreader.so" || status=1
if [ "$status" = 0 ]; then
	echo "the same interface, or more of it"
else
	echo "programs of the old release may not run with the new library"
fi
exit "$status"
