#!/usr/bin/env bash
# distinct.sh - -u, --by, --memory and --spill: distinct lines, fields, matches and records
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

need python3 awk seq tac

check "600 random inputs have the values that Python finds" \
	timeout 900 python3 "$here/distinct.py" "$MMCAT" "$tmp" 1 600

cd "$tmp" || exit 99

# distinct : prints each line once, with its count, in the order of first appearance.
distinct()
{
	awk '!n[$0]++ { order[++m] = $0 } END { for (i = 1; i <= m; i++) print n[order[i]] "\t" order[i] }'
}

# --- Large files: blocks, threads and pipes make no difference -------------------------------------

seq 300000 | awk '{ print $1 % 7919 "\t" $1 % 13 "\tx" $1 }' > log
for how in "" -j1 -j3 --no-mmap "--memory=1M --spill"; do
	check "-F 1 $how" cmp <("$MMCAT" $how -u -F 1 log) <(awk -F '\t' '{ print $1 }' log | distinct)
	check "-F 2,1 $how" cmp <("$MMCAT" $how -u -F 2,1 log) <(awk -F '\t' '{ print $2 "\t" $1 }' log | distinct)
	check "lines $how" cmp <("$MMCAT" $how -u log) <(distinct < log)
	check "-r $how" cmp <("$MMCAT" $how -u -r -F 1 log) <(awk -F '\t' '{ print $1 }' log | tac | distinct)
	check "-r -o $how" cmp <("$MMCAT" $how -u -r -o -e 7 -e 12 log) \
		<(tac log | grep -oE '7|12' | distinct)
	check "several files $how" cmp <("$MMCAT" $how -u -F 2 log - log < log) \
		<(cat log log log | awk -F '\t' '{ print $2 }' | distinct)
	check "a pipe $how" cmp <(cat log | "$MMCAT" $how -u -F 1) <(awk -F '\t' '{ print $1 }' log | distinct)
done
head -c 300000 /dev/zero | tr '\0' x > long
(cat long; echo; cat long long; printf '\nshort\n'; cat long) > lines
check "long lines" cmp <("$MMCAT" -u lines) <(printf '2\t'; cat long; printf '\n1\t'; cat long long; printf '\n1\tshort\n')
check "no lines" says 0 "" "" -u /dev/null
check "no values" says 0 $'0\n' "" -uc /dev/null
check "no match" says 1 "" "" -u -e nothing log
check "the header of the first file" says 0 $'count\tb\n1\t2\n1\t4\n' "" --header -u -F 2 \
	<(printf 'a\tb\n1\t2\n') <(printf 'a\tc\n3\t4\n')
check "no header with --json" says 0 $'{"count":1,"b":"2"}\n' "" --header -u --json -F b <(printf 'a\tb\n1\t2\n')
check "a header is printed once" says 0 $'count\ta\tb\n2\t1\t2\n' "" --header -u <(printf 'a\tb\n1\t2\n1\t2\n')
(seq 40000 | tr '\n' '\t'; printf 'end\nx\n') > wide
check "a long header of two files" cmp <("$MMCAT" --header -u wide wide) \
	<(printf 'count\t'; head -n 1 wide; printf '2\tx\n')
check "no bytes are changed" says 0 $'1\ta\r\n1\ta\n' "" -u <(printf 'a\r\na')
check "JSON of a text that is not UTF-8" says 0 $'{"count":2,"bytes":"/w=="}\n{"count":1,"text":"\xc3\xa9\\""}\n' "" \
	-u --json <(printf '\377\n\303\251"\n\377')

# --- Memory ---------------------------------------------------------------------------------------

seq 100000 > numbers
check "more values than the memory holds" sh -c '"$0" -u --memory=1M -j2 numbers > out 2> err; [ $? = 2 ] &&
	! [ -s out ] && grep -qE "^mmcat: cannot hold more than [0-9]+ distinct values in 1048576 bytes of memory; use --spill$" err &&
	[ $(wc -l < err) = 1 ]' "$MMCAT"
check "few values in little memory" cmp <("$MMCAT" -u --memory=64K log -F 2) <(awk -F '\t' '{ print $2 }' log | distinct)
check "--spill needs no more memory" sh -c 'ulimit -v 300000; seq 5000000 | "$0" -u -j1 --memory=1M --spill -c | grep -qx 5000000' "$MMCAT"
check "a folder that does not exist" env TMPDIR="$tmp/none" "$BASH" -c '
	"$0" -u --memory=64K --spill numbers > out 2> err; [ $? = 2 ] && ! [ -s out ] && grep -qx \
	"mmcat: cannot use a temporary file in .*/none.: No such file or directory; set TMPDIR to another folder" err' "$MMCAT"
check "a file that may not grow" "$BASH" -c 'ulimit -f 100; trap "" XFSZ
	"$0" -u --memory=64K --spill numbers > /dev/null 2> err; [ $? = 2 ] && grep -q "cannot use a temporary file in" err' \
	"$MMCAT"
check "the temporary file has no name" sh -c 'mkdir -p t; TMPDIR=$PWD/t "$0" -u --memory=64K --spill -c numbers && [ -z "$(ls t)" ]' \
	"$MMCAT"
check "--stats has the values" sh -c '"$0" -u --stats numbers 2>&1 > /dev/null |
	grep -qE ", 100000 distinct values in [0-9.]+ MiB, "' "$MMCAT"

# --- Input that cannot be read --------------------------------------------------------------------

for file in none .; do
	check "nothing is printed without $file" sh -c '"$0" -u -F1 numbers $1 log > out 2> err; [ $? = 2 ] &&
		! [ -s out ] && [ $(grep -c "^mmcat: $1: cannot " err) = 1 ]' "$MMCAT" "$file"
done
check "nor without a field of this name" says 2 "" \
	$'mmcat: numbers: cannot find field \'a\': the header has no such name\n' --header -u -F a numbers
printf 'a,b\n1\n"2,3\n' > open
check "a quote that is not closed" says 2 $'1\ta\n1\t1\n1\t"2,3\n\n' \
	$'mmcat: open: cannot read row 3 at byte 6: a quote is never closed\n' --csv -F1 -u open
check "fields that rows lack" says 2 $'1\tb\n1\t\n' \
	$'mmcat: standard input: cannot find field 2 in 1 row, the first at byte 4\n' --csv -F2 -u < <(printf 'a,b\n1\n')

# --- Refused --------------------------------------------------------------------------------------

for option in '-A 1' '-B 1' '-C 1' -f -H -i -n -O '-w 1' -x --compare '--index-join 1' '--index-part 1/2' \
	--no-filename --offsets; do
	check "-u with $option" refuses "cannot use -u with ${option%% *}" -u -e 1 $option numbers
done
for option in --by=count --memory=1M --spill; do
	check "$option without -u" refuses "cannot use ${option%%=*} without -u" $option numbers
done
check "--by with -c" refuses "cannot use --by with -c" -u -c --by=count numbers
check "a text that crosses lines" \
	refuses "cannot use -u with a text that contains the delimiter of lines" -u -e '1\n2' numbers
check "another order" sh -c '"$0" -u --by=size numbers 2>&1 | grep -q "^mmcat: invalid --by value .size.; "' "$MMCAT"
for memory in 0 65535 1T1 -1; do
	check "--memory=$memory" sh -c '"$0" -u --memory=$1 numbers 2>&1 | grep -q "^mmcat: invalid number of bytes "' \
		"$MMCAT" "$memory"
done
