#!/usr/bin/env bash
# records.sh - -R and --csv: records of several lines and rows in selections, actions and searches
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3 awk

check "1200 selections and searches print the records and rows of a model" \
	timeout 600 python3 "$here/records.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99
printf 'a1\n b\na2\n c' > log

# prints OUTPUT ARGUMENT... : mmcat prints this, and exits with 0.
prints()
{
	local wanted=$1

	shift
	"$MMCAT" "$@" > out 2> err && printf "$wanted" | cmp - out && [ ! -s err ]
}

# refuses PART ARGUMENT... : mmcat exits with 2 and a message that contains a text.
refuses()
{
	local part=$1

	shift
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$part" err
}

check "the last record gets its delimiter" prints 'a2\n c\na1\n b\n' -r -R a log
check "records of several files" prints 'log:1:a1\n b\nlog:1:a1\n b\n' -n -R a -e b log log
check "groups of records" prints 'a1\n b\n' -C 0 -R a -e b log
check "the input after the selected records is left" \
	[ "$({ "$MMCAT" -R a -l :1 > /dev/null; cat; } < log | tr '\n' .)" = "a2. c" ]
check "numbers after a part of a stream" [ "$(printf 'a\nb\na\nc\n' | "$MMCAT" -n -R a -b 1: -e c)" = "2:a
c" ]
{ read -r line; "$MMCAT" -n -R a -e c; } < <(printf 'a1\na2\nc\n') > rest
check "numbers of a stream from where it starts" [ "$(head -n 1 rest)" = "1:a2" ]
{ read -r line; "$MMCAT" -n -R a -e c; } < log > rest
check "numbers of a file that is read from the middle" [ "$(head -n 1 rest)" = "2:a2" ]
check "a NUL as the delimiter" prints '2\n' -c -d '\0' -R a <(printf 'a\0b\0a\nc\0')

check "no -R with -f" refuses "cannot use -R with -f" -R a -f log
check "no -R with -t" refuses "cannot use -R with -t" -R a -t u8 log
check "no -R with -i" refuses "cannot use -R with -i" -R a -i log
for option in -R=a -d=x -t=u8 -i -f; do
	check "no --csv with $option" refuses "cannot use --csv with ${option%=*}" --csv ${option/=/ } log
done
check "no --separator without --csv" refuses "cannot use --separator without --csv, -F" --separator ';' log
for byte in '"' '\n' '\r'; do
	check "no separator $byte" refuses "cannot separate cells" --csv --separator "$byte" log
done
check "no separator of two bytes" refuses "invalid separator" --csv --separator ';;' log

printf 'a,"b\n",c\n"d\n' > table
check "rows in JSON" [ "$("$MMCAT" --csv --json -c table 2> /dev/null)" = '{"file":"table","rows":2}' ]
check "a quote that is not closed" eval '! "$MMCAT" --csv -c table > out 2> err && [ "$(cat out)" = 2 ] &&
	grep -qF "table: cannot read at byte 9: a quote is never closed" err'
check "the rows before it" prints 'a,"b\n",c\n' --csv -l 0 table
check "a search that ends before it" prints '1:a,"b\n",c\n' --csv -n -m 1 -e b table
check "the input after the selected rows is left" \
	[ "$({ "$MMCAT" --csv -l :1 > /dev/null; cat; } < table | tr '\n' .)" = '"d.' ]

check "no two patterns" refuses "two values" -R a -R b log
check "no delimiter in a text" refuses "delimiter" -R $'a\nb' log

# A record has no newline for 65 MiB, or no start.
check "a long record of a stream is an error" refuses "is too long" -c -R a -l 1: \
	<(printf 'a\n'; head -c 68157440 /dev/zero | tr '\0' '\n')

"$MMCAT" -E x /dev/null > out 2> err
if [ $? = 1 ]; then
	check "a pattern that is wrong" refuses "at byte 1" -R '(' log
	check "a pattern across lines" refuses "use -R, or -e" -E 'a\nb' log
	check "a pattern of records across lines" refuses "newline" -R 'a\nb' log
	check "a limit is an error" refuses "limit" -c -R '(a|a?)+$' \
		<(echo; head -c 64 /dev/zero | tr '\0' a; echo b)
else
	check "no PCRE2 in this build" refuses "PCRE2" -R 'a.' log
fi
