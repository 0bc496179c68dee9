#!/usr/bin/env bash
# exports.sh - the shared library exports exactly what the headers declare with MMR_API and MMR_INLINE
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

library=$top_builddir/.libs/libmmreader.so
[ -e "$library" ] || skip "no shared library was built"

# declared WORD : prints the names of the calls that are declared with this word. A declaration may
# span several lines: its name is the last word before the first parenthesis.
declared()
{
	cat "$top_srcdir"/include/mmreader/*.h | tr '\n\t' '  ' | grep -oE "$1 [^(;]*\(" |
		grep -oE 'mmr_[a-z0-9_]*\($' | tr -d '(' | sort
}
declared '(MMR_API|MMR_INLINE)' > "$tmp/declared"
declared MMR_INLINE > "$tmp/inline"

# The absolute symbol is the version itself.
$NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	sort > "$tmp/exported"

[ -s "$tmp/declared" ] || fail "no declaration was found in the headers"
check "the exports (>) equal the declarations (<)" diff "$tmp/declared" "$tmp/exported"
check "no function is declared twice" sort -uc "$tmp/declared"

# Languages that cannot include a header need the inline calls as functions.
[ -s "$tmp/inline" ] || fail "no inline call was found in the headers"
check "no call is inline only" nothing grep -n '^static inline' "$top_srcdir"/include/mmreader/*.h
check "tests/unit/inlines.c compares each exported inline call (>) with its function (<)" \
	diff <(grep -o 'FUNCTION(mmr_[a-z0-9_]*)' "$top_srcdir/tests/unit/inlines.c" |
		grep -o 'mmr_[a-z0-9_]*' | sort) "$tmp/inline"

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
