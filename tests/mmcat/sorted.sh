#!/usr/bin/env bash
# sorted.sh - --from, --until and --key: the lines of sorted files from one key to another
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "600 selections by key print the lines of a model" \
	timeout 600 python3 "$here/sorted.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99
printf 'before\n2024-05-01T10 a\n\tat b\n2024-05-01T11 c\n2024-05-02T10 d' > log
printf '2024-05-03 e\n' > later

# prints STATUS OUTPUT ARGUMENT... : mmcat prints this, and exits with the status without a message.
prints()
{
	local status=$1 wanted=$2

	shift 2
	"$MMCAT" "$@" > out 2> err
	[ $? = "$status" ] && printf "$wanted" | cmp - out && [ ! -s err ]
}

# refuses PART ARGUMENT... : mmcat exits with 2 and a message that contains a text.
refuses()
{
	local part=$1

	shift
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$part" err
}

check "a stack trace belongs to its entry" prints 0 '2024-05-01T10 a\n\tat b\n' \
	--from=2024-05-01 --until=2024-05-01T11 log
check "lines before the first key" prints 0 'before\n' --until=2024-05-01 log
check "the lines up to a key, and those from it on, are all lines" cmp log \
	<("$MMCAT" --until=2024-05-01T11 log; "$MMCAT" --from=2024-05-01T11 log)
check "each file has its own range" prints 0 'before\n2024-05-01T10 a\n\tat b\n2024-05-01T11 c\n' \
	--until=2024-05-02 log later /dev/null
check "a file after the range" prints 0 '2024-05-03 e\n' --from=2024-05-03 log later
check "counts" prints 0 'log:1\nlater:1\n' -c --from=2024-05-02 log later
check "no match in the range" prints 1 '' -e a --from=2024-05-02 log
check "numbers count from the start of the file" prints 0 '4:2024-05-01T11 c\n' -n -e c --from=2024-05-01 log
check "the last lines first" prints 0 '2024-05-02T10 d\n2024-05-01T11 c\n' -r -m 2 --from=2024 log
check "shards of the range" prints 0 '2024-05-02T10 d' -s 2/2 --from=2024-05-01T11 log
check "a pipe" prints 0 '2024-05-01T11 c\n' -m 1 --from=2024-05-01T11 <(cat log)
check "records" prints 0 '1\n' -c -R '\d{4}' --from=2024-05-01T10 --until=2024-05-01T11 log
check "standard input from where it starts" \
	[ "$({ read -r line; "$MMCAT" --until=2024-05-01T11; cat; } < log | tr '\n' .)" = \
	"$(tail -n +2 log | tr '\n' .)" ]

printf '9 x\n10 x,3\n1e3 x,20\n' > numbers
check "numbers" prints 0 '10 x,3\n' --key=number=1 --from=9.5 --until=1000 numbers
check "numbers of cells" prints 0 '1e3 x,20\n' --key=number=2:, --from=4 numbers
check "lines" prints 0 '10 x,3\n1e3 x,20\n' --key=line --from='10 x' --until=2 <(tail -n 2 numbers)
printf 'a x\nb y\n' > words
check "fields" prints 0 'b y\n' --key=field=2 --from=xx words

check "a key that no line has" refuses "no line has a key of this form; see --key" --from=2024/05 log
check "a field that no line has" refuses "no line has a key as --key describes it" \
	--key=field=9 --from=1 log
check "a key without digits" refuses "say with --key" --from=abc log
check "an order that is wrong" refuses "which is greater: keys are compared as bytes" \
	--from=9 --until=10 numbers
check "an order of numbers that is wrong" refuses "which is greater" \
	--key=number=1 --from=10 --until=9 numbers
check "a number that is none" refuses "use a number" --key=number=1 --from=x numbers
check "a key of no kind" refuses "use line, field=N" --key=word --from=1 log
check "a field 0" refuses "use a number from 1" --key=field=0 --from=1 log
for option in '-b 1' '-l 1' '-t u8' -f; do
	check "no $option" refuses "cannot use --from or --until with" $option --from=1 log
done
check "no --key alone" refuses "--key without --from or --until" --key=line log

printf '2024-05-02 a\n2024-05-01 b\n' > disorder
"$MMCAT" --from=2024-05-02 disorder > out 2> err
check "disorder is reported, and the data is printed" \
	[ "$?:$(head -n 1 out):$(sed 's/^[^:]*: //' err)" = "2:2024-05-02 a:disorder: lines are not sorted: \
the key at byte 0 is greater than the one at byte 13" ]

"$MMCAT" -E x /dev/null > out 2> err
if [ $? = 1 ]; then
	check "an expression" prints 0 'b y\n' --key='regex=(y)$' --from=y words
	check "an expression that is wrong" refuses "at byte 1" --key='regex=(' --from=1 log
else
	echo "skipped: expressions, no PCRE2"
fi

