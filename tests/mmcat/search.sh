#!/usr/bin/env bash
# search.sh - -e and -E print the lines that match, on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3
"$MMCAT" -E x /dev/null > /dev/null 2>&1
[ $? = 1 ] || skip "no PCRE2, which many searches need"

check "1500 searches print what a loop over all lines finds" \
	timeout 600 python3 "$here/search.py" "$MMCAT" "$tmp"
check "600 searches print what grep and rg print, and agree with one another" \
	timeout 600 python3 "$here/search_others.py" "$MMCAT" "$tmp"
grep "^compared with" "$tmp/check.out"

# --- Colors --------------------------------------------------------------------------------------

cd "$tmp" || exit 99
printf 'an error\nfine\nerror: error\nfine\nfine\nno\n' > log
file=$'\033[35m' number=$'\033[32m' separator=$'\033[36m' match=$'\033[01;31m' end=$'\033[m'

# colored WANTED ARGUMENT... : prints exactly these bytes.
colored()
{
	local wanted=$1

	shift
	printf '%s' "$wanted" | cmp - <("$MMCAT" --color=always "$@")
}
error=${match}error$end
check "matches are colored" colored "an $error"$'\n'"$error: $error"$'\n' -e error log
check "prefixes are colored" colored \
	"${file}log$end$separator:$end${number}1$end$separator:$end${number}0$end$separator:${end}an $error"$'\n' \
	-H -n -O -m 1 -e error log
check "context is not colored, but its prefixes are" colored \
	"${number}2$end$separator-${end}fine"$'\n'"${number}3$end$separator:$end$error: $error"$'\n' \
	-n -B 1 -e error -l 1:3 log
check "the line between groups is colored" colored \
	"an $error"$'\n'"$separator--$end"$'\n'"fine"$'\n'"${match}no$end"$'\n' \
	-B 1 -l :1 -l 4: -e error -E '^no' log
check "-o colors all of a line" colored "${number}3$end$separator:$end$error"$'\n' -o -O -e error -m 1 log
check "offsets are colored" colored "${number}3$end"$'\n'"${number}14$end"$'\n'"${number}21$end"$'\n' \
	--offsets -e error log
check "offsets of an expression are colored alike" \
	cmp <("$MMCAT" --color=always --offsets -n -H -E error log) \
	<("$MMCAT" --color=always --offsets -n -H -e error log)
check "-v colors no match" colored $'fine\nfine\nfine\nno\n' -v -e error log
check "a count has no color" colored $'2\n' -c -e error log
check "--color=never" cmp <("$MMCAT" --color=never -e error log) <(grep error log)
check "no color into a pipe" cmp <("$MMCAT" -e error log) <(grep error log)
