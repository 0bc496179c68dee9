#!/usr/bin/env bash
# html.sh - `make html` makes well-formed pages, and their links lead to what they name
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3 mandoc cmark-gfm
links=$here/html_links.py
html=$tmp/html

# The make that runs this test would pass its jobs on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
check "make html" make -C "$top_builddir" html HTML_FOLDER="$html"

# Each call is the id of its description.
cat "$top_srcdir"/include/mmreader/*.h | tr '\n\t' '  ' | grep -oE '(MMR_API|MMR_INLINE) [^(;]*\(' |
	grep -o 'mmr_[a-z0-9_]*[a-z0-9]($' | tr -d '(' > "$tmp/calls"
check "the headers have calls" test "$(wc -l < "$tmp/calls")" -gt 150
check "links, ids and tags" xargs python3 "$links" "$html" < "$tmp/calls"

documents()
{
	local document

	for document in README "$top_srcdir"/*.md "$top_srcdir"/doc/*.md; do
		document=${document#"$top_srcdir"/}
		grep -q '<h1 id=' "$html/${document%.md}.html" || echo "$document"
	done
}
check "each document is a page" nothing documents
check "tables are rendered" grep -q '<td' "$html/doc/architecture.html"

# notices FILE SED : a change to the pages is found.
notices()
{
	rm -rf "$tmp/wrong"
	cp -R "$html" "$tmp/wrong" && sed -i "$2" "$tmp/wrong/$1" && ! cmp -s "$html/$1" "$tmp/wrong/$1" &&
		! python3 "$links" "$tmp/wrong"
}
check "a link to no file is noticed" notices doc/cookbook.html 's/searching\.html/seeking.html/'
check "a link to no id is noticed" notices man/mmr_error.3.html 's/ id="mmr_strerror"//'
check "a page without a link is noticed" notices index.html '/mmr_scan\.3\.html/d'
check "an open tag is noticed" notices README.html 's/<\/pre>//'

# Without cmark-gfm, only the manual pages are made, and a message says so.
without_cmark()
{
	mkdir "$tmp/bin" && for tool in awk sed mandoc rm mkdir cp cat sh tr dirname; do
		ln -s "$(command -v "$tool")" "$tmp/bin/$tool" || return
	done
	PATH=$tmp/bin sh "$top_srcdir/doc/html/make.sh" "$top_srcdir" "$tmp/few" 1 "$top_srcdir/doc/mmcat.1" \
		2> "$tmp/message" && grep -q 'cmark-gfm is missing' "$tmp/message" &&
		[ -s "$tmp/few/man/mmcat.1.html" ] && ! [ -e "$tmp/few/README.html" ] &&
		python3 "$links" "$tmp/few"
}
check "without cmark-gfm" without_cmark
