#!/usr/bin/env bash
# totals.sh - --sum, --mean, --min and --max of lines, rows and records
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

need python3 awk

check "1500 random tables have the totals that Python calculates" \
	timeout 600 python3 "$here/totals.py" "$MMCAT" "$tmp" 1 1500

cd "$tmp" || exit 99

# --- Large files: blocks, threads, shards and pipes make no difference ----------------------------

python3 - <<'END' || exit 99
import math
import random
import struct
from fractions import Fraction

rng = random.Random(5)
cents, exact, doubles = 0, Fraction(0), []
with open("log", "w") as log, open("records", "wb") as records:
	for i in range(300000):
		price, wide = rng.randrange(-10**6, 10**7), rng.uniform(-1, 1) * 10.0**rng.randrange(-30, 30)
		cents += price
		exact += Fraction(repr(wide)) if -20 < math.log10(abs(wide)) < 19 else 0
		doubles.append(wide)
		log.write("%d\t%s%d.%02d\t%r\n" % (i, "-" if price < 0 else "", *divmod(abs(price), 100), wide))
		records.write(struct.pack("<dq", wide, -2**63 + i))
units = "%03d" % abs(cents)
with open("wanted.log", "w") as out:
	out.write("%d\t%s%s.%s\n" % (sum(range(300000)), "-" if cents < 0 else "", units[:-2], units[-2:]))
with open("wanted.records", "w") as out:
	integers = sum(-2**63 + i for i in range(300000))
	out.write("\t".join([repr(math.fsum(doubles)), repr(min(doubles)), repr(max(doubles)), str(integers),
		repr(float(Fraction(integers, 300000)))]) + "\n")
END
all="--sum=3 --mean=3 --min=3 --max=3"
"$MMCAT" $all -j1 log > wanted.wide
for how in "" -j1 -j3 --no-mmap "-r" "--sample=1000000" "-m 300000"; do
	check "totals of lines $how" cmp wanted.log <("$MMCAT" $how --sum=1 --sum=2 log | sed 's/\.\([1-9]\)$/.\10/')
	check "wide numbers $how" cmp wanted.wide <("$MMCAT" $how $all log)
	check "totals of records $how" cmp wanted.records \
		<("$MMCAT" $how -t f64le,n:i64le --sum=1 --min=1 --max=1 --sum=n --mean=n records)
done
check "a pipe" cmp wanted.wide <(cat log | "$MMCAT" $all)
check "several files are one" cmp wanted.wide <("$MMCAT" $all <(head -n 100000 log) <(tail -n +100001 log))
check "several selections are one" cmp wanted.wide <("$MMCAT" $all -l 5000: -l :5000 log)
for k in 1 2 3 4 5; do
	"$MMCAT" --sum=1 --sum=2 --min=3 --max=3 -s $k/5 log
done > shards
check "shards can be added" cmp <("$MMCAT" --sum=1 --sum=2 --min=3 --max=4 shards) \
	<("$MMCAT" --sum=1 --sum=2 --min=3 --max=3 log)
check "lines that a search finds" [ "$("$MMCAT" -E '^[0-9]*7\t' --sum=1 log)" = \
	"$(awk -F '\t' '$1 ~ /7$/ { sum += $1 } END { printf "%.0f", sum }' log)" ]
check "other lines" [ "$("$MMCAT" -v -E '^[0-9]*7\t' --sum=1 log)" = \
	"$(awk -F '\t' '$1 !~ /7$/ { sum += $1 } END { printf "%.0f", sum }' log)" ]

# --- Results --------------------------------------------------------------------------------------

printf 'a,"b c",d\n0.1,1,x\n0.2,2,\n' > short
check "decimals are exact" says 0 $'0.3\t0.15\n' "" --csv --header --sum=a --mean=a short
check "a name with a blank, and JSON" says 0 $'{"sum(b c)":3,"max(2)":2}\n' "" --csv --header --json "--sum=b c" \
	--max=2 short
check "fields that are no numbers" says 2 $'\n' \
	$'mmcat: short: cannot read a number in 2 fields, the first at byte 16\n' --csv --header --sum=d short
check "no numbers, in JSON" says 2 $'{"min(d)":null}\n' \
	$'mmcat: short: cannot read a number in 2 fields, the first at byte 16\n' --csv --header --min=d --json short
check "a field that rows lack" says 2 $'\t3\n' \
	$'mmcat: short: cannot find field 4 in 2 rows, the first at byte 10\n' --csv --header --sum=4 --sum=2 short
check "nothing is selected" says 1 $'\n' "" --csv --header --sum=a -e nothing short
check "an empty file" says 1 $'\t\n' "" --sum=1 --mean=2 /dev/null
check "a header without data" says 1 $'\n' "" --header --sum=1 <(echo 5)
check "no records" says 1 $'\n' "" -t u8 --sum=1 /dev/null
printf '\1\2\3' > bytes
check "bytes that are left" says 2 $'258\n' \
	$'mmcat: bytes: cannot read a record at byte 2: the selection has 1 of its 2 bytes\n' -t u16be --sum=1 bytes

# --- Of distinct values ----------------------------------------------------------------------------

python3 - <<'END' || exit 99
import random
rng = random.Random(7)
stations = ["station %d" % i for i in range(413)]
values = {}
with open("stations", "w") as out:
	for _ in range(300000):
		name, tenths = rng.choice(stations), rng.randrange(-999, 1000)
		values.setdefault(name, []).append(tenths)
		out.write("%s;%s%d.%d\n" % (name, "-" if tenths < 0 else "", *divmod(abs(tenths), 10)))
def text(number):
	return repr(number).removesuffix(".0")
with open("wanted.stations", "w") as out:
	for name in sorted(values):
		of_one = values[name]
		out.write("%d\t%s\t%s\t%s\t%s\n" % (len(of_one), name, text(min(of_one) / 10), text(sum(of_one) / (10 * len(of_one))),
			text(max(of_one) / 10)))
END
groups="-u --separator=; -F1 --min=2 --mean=2 --max=2"
for how in "" -j1 -j3 --no-mmap -r "--memory=64K --spill"; do
	check "totals of each value $how" cmp wanted.stations <("$MMCAT" $how $groups --by=value stations)
done
check "totals of each value, from a pipe" cmp wanted.stations <(cat stations | "$MMCAT" $groups --by=value)
printf 'k,"v w"\r\na,1\r\nb,2.5\r\na,x' > crlf
check "a header, and lines that end with CRLF" says 2 $'count\tk\tsum(v w)\n2\ta\t1\n1\tb\t2.5\n' \
	$'mmcat: crlf: cannot read a number in 1 field, the first at byte 23\n' --csv --header -u -F k "--sum=v w" crlf
check "records by value" says 0 $'count\tb\tsum(a)\tmax(b)\n2\t1\t4\t1\n1\t2\t2\t2\n' "" -u -F b --sum=a --max=b -t a:u8,b:u8 \
	<(printf '\1\1\2\2\3\1')
check "no values, and JSON" says 2 $'{"count":1,"1":"x","max(2)":null}\n' \
	$'mmcat: standard input: cannot find field 2 in 1 row, the first at byte 0\n' -u -F1 --max=2 --json < <(echo x)
check "a file that is missing, with -u" says 2 "" \
	$'mmcat: missing: cannot open: No such file or directory\n' -u -F1 --sum=1 log missing

# --- No totals of a part of the input -------------------------------------------------------------

check "a file that is missing" says 2 "" \
	$'mmcat: missing: cannot open: No such file or directory\n' --sum=1 log missing
printf '1,2\n3,"4\n' > open
check "a quote that is not closed" says 2 $'4\n' \
	$'mmcat: open: cannot read row 2 at byte 6: a quote is never closed\n' --csv --sum=1 open
check "a name that a file lacks" says 2 "" \
	$'mmcat: short: cannot find field \'x\': the header has no such name\n' --csv --header --sum=x short

# --- Refused --------------------------------------------------------------------------------------

for option in -c -f -i -x '-R x' -o -n -O -H --no-filename --offsets '-A 1' '-B 1' '-C 1' '-w 2' '-F 1' --compare; do
	check "--mean with $option" refuses "cannot use --mean with ${option%% *}" -e 1 --mean 1 $option short
done
check "-u without -F" refuses "cannot use --max with -u, but without -F" -u --max 1 short
check "names without --header" refuses "cannot use names of fields without --header" --max a short
for field in '' 0 x,y 1-2 2- -3 1,2; do
	check "no field $field" sh -c '! "$0" --header --sum="$1" short > out 2> err && [ ! -s out ] &&
		grep -q "^mmcat: invalid .*field.* .$1.; use " err' "$MMCAT" "$field"
done
check "an unknown field of a layout" refuses "cannot find field 'c': the layout has 2: a, b" -t a:u8,b:u8 \
	--sum=c short
