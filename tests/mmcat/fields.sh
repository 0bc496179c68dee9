#!/usr/bin/env bash
# fields.sh - -F and --header: fields of lines and rows, by number and by name
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

need python3 awk cut seq tac

check "2000 random tables have the fields that Python finds" \
	timeout 600 python3 "$here/fields.py" "$MMCAT" "$tmp" 1 2000

cd "$tmp" || exit 99

# --- Large files: blocks, threads, shards and pipes make no difference ----------------------------

python3 - <<'END' || exit 99
import random
rng = random.Random(3)
with open("log", "wb") as log, open("rows", "wb") as rows:
	rows.write(b'id,"a, b",text\r\n')
	for i in range(150000):
		log.write(b"%d\t%s\t%d\n" % (i, rng.choice([b"ERROR", b"INFO"]), rng.randrange(10**6)))
		rows.write(b'%d,%d,"%s"\r\n' % (i, i * i, rng.choice([b"x", b"two\nlines", b'""', b",,,"]) * 9))
END
for how in "" -j1 -j3 --no-mmap; do
	check "-F 3,1 $how" cmp <("$MMCAT" $how -F 3,1 log) <(awk -F '\t' '{ print $3 "\t" $1 }' log)
	check "-F 1- of a table is the table $how" cmp rows <("$MMCAT" $how --csv -F 1- rows)
	check "a search $how" cmp <("$MMCAT" $how -n -F 3 -e ERROR log) \
		<(grep -n ERROR log | awk -F '[:\t]' '{ print $1 ":" $4 }')
done
check "a pipe" cmp <("$MMCAT" -F 2- < <(cat log)) <(cut -f 2- log)
check "-r" cmp <("$MMCAT" -r -F 1 log) <(cut -f 1 log | tac)
check "output that is longer than the input" cmp <("$MMCAT" -F 1-,1-,1-,1- log | cut -f 10-) \
	log
for args in "--csv --header -F text" "-F 2"; do
	input=$([ "$args" = "-F 2" ] && echo log || echo rows)
	for k in 1 2 3 4 5; do
		"$MMCAT" $args -s $k/5 $input || echo failed
	done > shards
	check "shards of $args" cmp shards <("$MMCAT" $args $input)
done
check "a sample" cmp <("$MMCAT" --csv --header --sample 100 --seed 1 -F id,text rows) \
	<("$MMCAT" --csv --header --sample 100 --seed 1 rows | "$MMCAT" --csv --header -F 1,3)
check "keys" cmp <("$MMCAT" -F 2 --from 120 --until 130 --key number=1 log) \
	<(awk -F '\t' '$1 >= 120 && $1 < 130 { print $2 }' log)
check "context" cmp <("$MMCAT" -n -C 1 -m 3 -F 1 -e ERROR log) \
	<("$MMCAT" -n -C 1 -m 3 -e ERROR log | cut -f 1)
head -c 300000 /dev/zero | tr '\0' x > long
printf '\tend\nshort\tend\n' >> long
check "a field that is longer than a buffer" cmp <("$MMCAT" -F 2,1 long) \
	<(printf 'end\t'; head -c 300000 long; printf '\nend\tshort\n')
check "a long field as JSON" cmp <("$MMCAT" --json -F 1 -l 0 long | wc -c) <(echo 300009)

# --- Bad input ------------------------------------------------------------------------------------

printf 'a,b\n1,2\n3\n4,5\n' > short
check "fields that rows lack" says 2 $'b\n2\n\n5\n' \
	$'mmcat: short: cannot find field 2 in 1 row, the first at byte 8\n' --csv -F 2 short
check "-c reports them" says 2 $'4\n' \
	$'mmcat: short: cannot find field 2 in 1 row, the first at byte 8\n' --csv -c -F 2 short
printf 'a,b\n1,2\n3,"4\n5,6\n' > open
check "a quote that is not closed" says 2 $'b\n2\n"4\n5,6\n' \
	$'mmcat: open: cannot read row 3 at byte 10: a quote is never closed\n' --csv -F 2 open
check "a quote that is not closed, after a header" says 2 $'b\n2\n"4\n5,6\n' \
	$'mmcat: standard input: cannot read row 2 at byte 10: a quote is never closed\n' \
	--csv --header -F b < <(cat open)
check "its field before another one" says 2 $'b,a\n2,1\n"4\n5,6\n,3\n' \
	$'mmcat: open: cannot read row 3 at byte 10: a quote is never closed\n' --csv -F 2,1 open
check "-F 1- of such a table is the table" cmp open <("$MMCAT" --csv -F 1- open 2> /dev/null)
check "no such name" refuses "short: cannot find field 'c': the header has no such name" \
	--csv --header -F c short
printf 'a,a\n1,2\n' > twice
check "a name that two fields have" refuses "twice: cannot choose field 'a': fields 1 and 2 have this name" \
	--csv --header -F a twice
check "the next file is printed" says 2 $'b\n2\n' \
	$'mmcat: twice: cannot find field \'b\': the header has no such name\n' \
	--csv --header -F b -m 1 twice short
check "an empty file has no names" refuses "/dev/null: cannot find field 'a': the header has no such name" \
	--header -F a /dev/null
check "an empty file" says 0 "" "" --header -F 1 /dev/null
list="use numbers from 1 to 1048576, ranges such as 2-4, 3- or -2, or names, separated by commas"
for fields in "" 0 1, ,1 1,,2 - 3-2 1--2 1-2-3 1048577 99999999999999999999 '"a' '"a"b'; do
	check "-F '$fields'" refuses "invalid list of fields '$fields'; $list" --header -F "$fields" short
done

# --- Headers --------------------------------------------------------------------------------------

printf '\357\273\277"a, b",7,c\n1,2,3\n' > mark
check "a byte order mark is no part of a name" says 0 $'\357\273\277"a, b"\n1\n' "" --csv --header -F '"a, b"' mark
check "a byte order mark stays at the start" cmp mark <("$MMCAT" --csv --header -F 1- mark)
check "a name that is a number" says 0 $'7\n2\n' "" --csv --header -F '"7"' mark
check "JSON has names" says 0 $'{"a, b":"1","7":"2","c":"3"}\n' "" --csv --header --json mark
check "JSON of a cell with bytes after its quote" says 0 $'{"2":"\\"ab\\"c\\""}\n' "" --csv --json -F 2 - < <(echo 'x,"ab"c",d')
check "JSON has numbers" says 2 $'{"2":"b","3":null}\n{"2":"2","3":null}\n' \
	$'mmcat: short: cannot find field 3 in 2 rows, the first at byte 0\n' --csv --json -F 2-3 -m 2 short
check "JSON of rows after the start of a pipe" says 2 $'{"2":"2"}\n{"2":null}\n{"2":"5"}\n' \
	$'mmcat: standard input: cannot find field 2 in 1 row, the first at byte 8\n' \
	--csv --json -F 2 -b 4: < <(cat short)
check "offsets as JSON after the start of a pipe" says 0 \
	$'{"file":"standard input","offset":10,"length":1}\n' "" --csv --json --offsets -e 4 -b 4: < <(cat short)
check "one header for equal files" says 0 $'a,b\n1,2\n3\n4,5\n1,2\n3\n4,5\n' "" --csv --header short short
check "other headers are printed" says 0 $'a,b\n1,2\n3\n4,5\na,a\n1,2\n' "" --csv --header short twice
{ seq -s , 40000 && echo 1; } > wide
check "one long header for equal files" cmp <("$MMCAT" --csv --header wide wide) <(cat wide; echo 1)
check "a header after a long one" cmp <("$MMCAT" --csv --header short wide short) <(cat short wide short)
check "-c does not count it" says 0 $'3\n' "" --csv --header -c short
seq 100000 > numbers
check "the rest of a pipe" cmp numbers <(cat numbers | "$MMCAT" --header)
check "a pipe from the end" cmp <(echo 1; seq 99998 100000) <(cat numbers | "$MMCAT" --header -l -3:)
check "two parts of a pipe" cmp <(seq 3; seq 50000 50001) \
	<(cat numbers | "$MMCAT" --header -l :2 -l 49998:+2)
check "-m of a pipe" cmp <(seq 4) <(cat numbers | "$MMCAT" --header -m 3)
check "the last rows" says 0 $'a,b\n4,5\n' "" --csv --header -l -1: short
check "a search does not find it" says 1 $'a,b\n' "" --csv --header -e a short
check "-n and -O count from it" says 0 $'a,b\n1:4:1,2\n' "" --csv --header -nO -e 1 short
(
	"$MMCAT" --header -l 0 > first
	cat > rest
) < short
check "the rest of standard input" cmp rest <(tail -n +3 short)
cp short appended
check "a header is not added to its own file" \
	[ "$("$MMCAT" --header appended 2>&1 >> appended; cmp short appended)" = \
	"mmcat: appended: cannot print: input file is output file" ]

# --- Refused --------------------------------------------------------------------------------------

for option in -i -x '-R x' -o --offsets; do
	check "-F with ${option%% *}" refuses "cannot use -F with ${option%% *}" -e 1 -F 1 $option short
done
for option in -f -i -x '-R x' '-t u8' '-b 1' --index; do
	check "--header with $option" sh -c '"$0" --header $1 short 2>&1 | grep -q "^mmcat: cannot use --header with "' \
		"$MMCAT" "$option"
done
check "names without --header" refuses "cannot use names of fields without --header" -F a short
check "the delimiter as separator" \
	refuses "cannot use -F with fields that are separated by the delimiter of lines" -F 1 -d '\t' short
check "--separator alone" refuses "cannot use --separator without --csv, -F, --in, --where or a total" --separator , short
check "--json with -n" refuses "cannot use --json and fields with -n, -O or -H" --json -n -F 1 short
check "--json with context" refuses "cannot use --json and fields with -A, -B or -C" --json -F 1 -C 1 -e 1 short
check "a text that crosses lines" \
	refuses "cannot use -F with a text that contains the delimiter of lines" -F 1 -e '1\n2' short
