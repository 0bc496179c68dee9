#!/usr/bin/env bash
# language.sh - comments, messages and documentation contain no phrase that is always wrong
#
# Each phrase has a plain replacement: "lies in" is "is in", "for who" is "for a caller that", "in vain"
# is "without success". The comparison is by whole words and case-sensitive.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
cd "$top_srcdir" || exit 99

cat > "$tmp/phrases" << 'END'
Of an empty
Of what
What lies
What stands
a byte travels
a death
answers with
at the true place
beside the road
by somebody's will
daily bread
for who
gone astray
has to do with it
hears of
in vain
is told of
lie in
lies before
lies behind
lies elsewhere
lies in
not known of
nobody would notice
on the spot
positive twin
see to it
sees to it
stand on
stands before
stands behind
stands between
stands in
stands on
the one door
turned away
what lies
what stands
who shows
without a word
END

# Prints "FILE:LINE:TEXT" for each line with a phrase in the files and folders.
phrases_in()
{
	grep -rInwF -f "$tmp/phrases" --exclude="${0##*/}" --exclude='*.log' "$@"
}

tree()
{
	phrases_in src include tools tests doc README NEWS ./*.md
}

finds_every_phrase()
{
	sed 's/^/ * A sentence: /; s/$/, and more./' "$tmp/phrases" > "$tmp/sample"
	[ "$(phrases_in "$tmp/sample" | wc -l)" = "$(wc -l < "$tmp/phrases")" ]
}

check "the search finds every phrase" finds_every_phrase
check "no file contains such a phrase" nothing tree
