#!/usr/bin/env bash
# examples.sh - the programs of doc/examples print what simple programs in python3 print
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
examples=$top_builddir/doc/examples
oracle=$top_srcdir/tests/project/examples_oracle.py

# same NAME ARGUMENT... : the example prints what the oracle prints.
same()
{
	"$examples/$1" "${@:2}" > "$tmp/got" || return
	python3 "$oracle" "$@" > "$tmp/wanted" || return
	cmp "$tmp/got" "$tmp/wanted" || { head -c 300 "$tmp/got" "$tmp/wanted"; return 1; }
}

# piped FILE NAME ARGUMENT... : the example prints the same for a pipe, its last argument.
piped()
{
	local file=$1

	cat "$file" | "$examples/$2" "${@:3}" /dev/stdin > "$tmp/got" || return
	python3 "$oracle" "${@:2}" "$file" > "$tmp/wanted" || return
	cmp "$tmp/got" "$tmp/wanted" || { head -c 300 "$tmp/got" "$tmp/wanted"; return 1; }
}

# refuses WORD NAME ARGUMENT... : status 2 and the word in the message, no signal.
refuses()
{
	local status=0

	"$examples/$2" "${@:3}" > "$tmp/got" 2> "$tmp/message" || status=$?
	[ "$status" = 2 ] && ! [ -s "$tmp/got" ] && grep -qF -- "$1" "$tmp/message" && return
	echo "status $status"
	cat "$tmp/got" "$tmp/message"
	return 1
}

python3 "$top_srcdir/tests/support/make_log.py" 9M "$tmp/log" || exit 99
printf 'no\nline end' > "$tmp/open"
printf '\n' > "$tmp/blank"
: > "$tmp/empty"
for file in log open blank empty; do
	check "lines $file" same lines "$tmp/$file"
done
check "lines of a missing file" refuses "No such file" lines "$tmp/none"

python3 "$oracle" make-table "$tmp/table.csv"
printf 'a,b\r\n1,"2"\r\n3' > "$tmp/ragged.csv"
printf '1;2\n3;4\n' > "$tmp/semicolons"
printf 'a,"b\nc' > "$tmp/never-closed"
for column in 1 2 3 4 5 99; do
	check "fields $column" same fields "$column" "$tmp/table.csv"
	check "fields -q $column" same fields -q "$column" "$tmp/table.csv"
	check "fields -q $column of a ragged table" same fields -q "$column" "$tmp/ragged.csv"
done
check "fields with a delimiter" same fields 2 "$tmp/semicolons" ';'
check "fields of an empty file" same fields -q 1 "$tmp/empty"
check "a quote that is never closed" refuses "never closed" fields -q 1 "$tmp/never-closed"
check "a column that is not a number" refuses "usage" fields x "$tmp/table.csv"

# Small numbers: the exact sum of floats is the same in any order.
python3 "$oracle" make-numbers "$tmp/numbers" 200000
for type in u8 i8 u16 u16be i16le u32 u32be i32 u64 i64 i64be f32 f64; do
	check "typed $type" same typed "$type" "$tmp/numbers"
	check "typed $type in records" same typed "$type" "$tmp/numbers" 8 24
done
for type in u8 u16be i64 f64; do
	check "typed $type of a pipe" piped "$tmp/numbers" typed "$type"
done
check "typed of an empty file" same typed f64 "$tmp/empty"
check "typed of half a number" refuses "left over" typed f64 "$tmp/open"
check "typed with an invalid type" refuses usage typed f63 "$tmp/numbers"

python3 "$oracle" make-trades "$tmp/trades" 300000
check "records" same records "$tmp/trades"
check "records of a pipe" piped "$tmp/trades" records
check "records of an empty file" same records "$tmp/empty"
head -c 1000 "$tmp/trades" > "$tmp/half"
check "records, half of one" refuses "(8 of the 32 bytes of a record are left over) at byte 992" records "$tmp/half"

for text in ERROR GET / e zebra '02:46:0'; do
	check "parallel_count '$text'" same parallel_count "$text" "$tmp/log"
done
check "parallel_count of a pipe" piped "$tmp/log" parallel_count GET
check "parallel_count, no line end" same parallel_count end "$tmp/open"
check "parallel_count of a line end" refuses usage parallel_count $'a\nb' "$tmp/log"
check "parallel_count of an empty file" same parallel_count x "$tmp/empty"

# Keys of each length, few and many, and blocks around every size at which the code changes.
python3 "$oracle" make-rows "$tmp/few" 300000 413
python3 "$oracle" make-rows "$tmp/many" 300000 20000
for n in 1 2 5 8 9 13 40 80 90 100 300; do
	head -n "$n" "$tmp/few" > "$tmp/first-$n"
	check "average of $n rows" same average "$tmp/first-$n"
done
check "average, 413 keys" same average "$tmp/few"
check "average, 20000 keys" same average "$tmp/many"
check "average of a pipe" piped "$tmp/many" average
check "average of an empty file" same average "$tmp/empty"
printf 'a;1.0\nb;-0.0\na;-99.9\nb;0.1' > "$tmp/no-end"
check "average, no line end" same average "$tmp/no-end"
head -c 104 /dev/zero | tr '\0' k > "$tmp/long-key"
echo ';1.0' >> "$tmp/long-key"
for text in 'a' 'a;' 'a;1' 'a;1.0x' 'a;12345678901'; do
	echo "$text" > "$tmp/wrong"
	check "average of '$text'" refuses "not of the form" average "$tmp/wrong"
	cat "$tmp/few" "$tmp/wrong" > "$tmp/wrong-at-end"
	check "average of rows, then '$text'" refuses "not of the form" average "$tmp/wrong-at-end"
done
check "average of a key too long" refuses "not of the form" average "$tmp/long-key"
check "average of a log" refuses "not of the form" average "$tmp/log"

# waits_for FILE LINE : until a file has a line, for 10 seconds at most.
waits_for()
{
	local i

	for i in {1..500}; do
		! grep -qxF -- "$2" "$1" || return 0
		sleep 0.02
	done
	echo "no line '$2' in:"
	cat "$1"
	return 1
}

# Lines are appended in pieces, and the logs are created, rotated and truncated.
follows()
{
	local got=$tmp/followed messages=$tmp/follow.messages pid status=0

	mkdir "$tmp/logs"
	cd "$tmp/logs" || return
	printf 'ERROR 1\nINFO 2\nERR' > a
	(
		# A background job ignores SIGINT otherwise.
		exec python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$examples/follow" ERROR a b > "$got" 2> "$messages"
	) &
	pid=$!
	waits_for "$messages" "b: No such file or directory; waiting for it" || status=1
	printf 'OR 3\n' >> a
	waits_for "$got" "a: ERROR 3" || status=1
	{ head -c 100000 /dev/zero | tr '\0' x; printf 'ERROR 4\nERROR 5'; } > b
	waits_for "$got" "b: $(head -c 100000 /dev/zero | tr '\0' x)ERROR 4" || status=1
	mv b old
	printf ' and more' >> old
	printf 'ERROR 6\n' > b
	waits_for "$got" "b: ERROR 6" || status=1
	waits_for "$messages" "b: replaced" || status=1
	printf 'ERROR 7\n' > a
	waits_for "$got" "a: ERROR 7" || status=1
	kill -INT "$pid"
	wait "$pid" || status=1
	grep -v xxx "$got" | diff - <(
		printf '%s\n' "a: ERROR 1" "a: ERROR 3" "b: ERROR 5 and more" "b: ERROR 6" "a: ERROR 7"
	) || status=1
	return $status
}
check "follow" follows
check "follow a folder" refuses "does not grow" follow ERROR .
check "follow without a file" refuses usage follow ERROR

if [ -x "$examples/words" ]; then
	check "words" same words "$tmp/log"
	check "3 words" same words -3 "$tmp/log"
	check "words of a pipe" piped "$tmp/log" words
	check "all words" same words -1000000 "$tmp/table.csv"
	check "words, no line end" same words "$tmp/open"
	check "words of an empty file" same words "$tmp/empty"
	check "words of a missing file" refuses "No such file" words "$tmp/none"
	check "0 words" refuses usage words -0 "$tmp/log"
else
	echo "skipped: words: no C++17 compiler"
fi
