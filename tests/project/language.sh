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
be told from
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
may stand
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

# --- Messages of mmcat ----------------------------------------------------------------------------

# Prints the start of each message in the files that gives the reason of a failed system call but not
# what failed, as in "cannot open: %s", and of each that ends like a sentence.
wrong_messages()
{
	local literal='[[:space:]]*"([^"\\]|\\.)*"'

	cat "$@" | tr '\n' ' ' | grep -oE "message\\($literal($literal)*[^;\"]*;" > "$tmp/messages"
	grep 'strerror(' "$tmp/messages" | grep -v '"[^"]*cannot [a-z]'
	grep -E '([.!]|\\n)"[^"]*$' "$tmp/messages"
	return 0
}

finds_wrong_messages()
{
	cat > "$tmp/sample.c" << 'END'
	message("%s: %s; waiting", name,
		strerror(errno));
	message("it is over.");
	message("%s: cannot open: %s; "
		"wait", name, strerror(errno));
	return message("%s: size is unknown; save it", name);
END
	[ "$(wrong_messages "$tmp/sample.c" | wc -l)" = 2 ] && [ "$(wc -l < "$tmp/messages")" = 4 ]
}

check "the search finds wrong messages" finds_wrong_messages
check "mmcat prints none" nothing wrong_messages tools/*.c tools/*/*.c
