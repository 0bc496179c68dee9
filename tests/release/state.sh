#!/usr/bin/env bash
# state.sh - the versions and dates of a release agree, and the checkout is clean
#
#	state.sh SOURCE VERSION
#
# SPDX-License-Identifier: MIT
set -u

cd "$1" || exit 99
version=$2
status=0

# expect WHAT WANTED FOUND
expect()
{
	if [ "$2" = "$3" ]; then
		echo "ok: $1: $3"
	else
		echo "FAILED: $1: '$3', not '$2'"
		status=1
	fi
}

first=$(sed -n '/^[0-9]/{p;q;}' NEWS)
date=$(printf '%s\n' "$first" | sed -n 's/^[0-9.]* (\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\))$/\1/p')
expect "the first entry of NEWS" "$version ($date)" "$first"
expect "the date of NEWS is a day" "$date" "$(date -d "${date:-none}" +%F 2>&1)"
expect "the date of NEWS is not in the future" "" "$([ "$date" '>' "$(date -u +%F)" ] && echo "$date")"

expect "the version in base.h" "$version" \
	"$(sed -n 's#^/\* "\([0-9.]*\)": the version of the loaded.*#\1#p' include/mmreader/base.h)"
expect "the last node of mmreader.map" "MMREADER_${version%.*}" \
	"$(sed -n 's/^\(MMREADER_[0-9.]*\) {$/\1/p' src/mmreader.map | tail -n 1)"
# A wildcard would move the calls of later nodes to an earlier one.
if [ "$(grep -c '^MMREADER_' src/mmreader.map)" -gt 1 ]; then
	expect "wildcards beside a second node of mmreader.map" "" "$(grep 'mmr_.*\*' src/mmreader.map)"
fi

if [ -e debian/changelog ]; then
	expect "the node in the symbols of the Debian package" " (symver)MMREADER_${version%.*} ${version%.*}.0" \
		"$(grep "MMREADER_${version%.*} " debian/libmmreader0.symbols)"
	read -r _ debian distribution _ < debian/changelog
	expect "the version of the Debian package" "($version-${debian##*-}" "$debian"
	expect "it is released" "unstable;" "$distribution"
	expect "the date of the Debian package" "$date" \
		"$(date -u -d "$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)" +%F)"
fi

# A page has the date of its last change.
for page in doc/*.[1-9] doc/*/*.[1-9]; do
	[ -e "$page" ] || continue
	dated=$(date -d "$(sed -n 's/^\.Dd //p' "$page")" +%F 2>&1)
	changed=$(git log -1 --format=%cs -- "$page")
	expect "the date of $page is that of its last change, $changed, or later" "" \
		"$([ "$dated" '<' "$changed" ] && echo "$dated")"
	expect "the date of $page is not after that of NEWS" "" "$([ "$dated" '>' "$date" ] && echo "$dated")"
done

expect "changed files" "" "$(git status --porcelain)"
expect "an earlier commit with the tag v$version" "" \
	"$(git rev-parse -q --verify "v$version^{commit}" | grep -vx "$(git rev-parse HEAD)")"
exit "$status"
