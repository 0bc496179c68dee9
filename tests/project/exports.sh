#!/usr/bin/env bash
# exports.sh - the shared library exports exactly what the headers declare with MMR_API
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

library=$top_builddir/.libs/libmmreader.so
[ -e "$library" ] || skip "no shared library was built"

# A declaration may span several lines: its name is the last word before the first parenthesis.
cat "$top_srcdir"/include/mmreader/*.h | tr '\n\t' '  ' | grep -o 'MMR_API [^(;]*(' |
	grep -o 'mmr_[a-z0-9_]*($' | tr -d '(' | sort > "$tmp/declared"

# The absolute symbol is the version itself.
$NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	sort > "$tmp/exported"

[ -s "$tmp/declared" ] || fail "no declaration was found in the headers"
check "the exports (>) equal the declarations (<)" diff "$tmp/declared" "$tmp/exported"
check "no function is declared twice" sort -uc "$tmp/declared"

# Each release has a version node: MMREADER_ and the first two numbers of its version.
version=$(sed -n 's/^#define PACKAGE_VERSION "\([0-9]*\.[0-9]*\).*/\1/p' "$top_builddir/config.h")
node_of_release()
{
	$NM -D --with-symbol-versions "$library" | grep -q " A MMREADER_$version" &&
		! $NM -D --with-symbol-versions --defined-only "$library" |
		awk '$2 != "A"' | grep -v '@@MMREADER_[0-9]'
}
if grep -q '^VSCRIPT_LDFLAGS = .' "$top_builddir/Makefile"; then
	check "functions have the version of a release" node_of_release
else
	echo "skipped: the versions: this linker does not support them"
fi
