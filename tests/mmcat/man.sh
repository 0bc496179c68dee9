#!/usr/bin/env bash
# man.sh - the manual page, --help and the completions agree, and the examples of the page are right
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
page=$top_srcdir/doc/mmcat.1
completions=$top_srcdir/completions

# --- Options: each list as lines like "-b, --bytes=", sorted --------------------------------------

"$MMCAT" --help > "$tmp/help" || fail "--help"
grep -oE '(-[A-Za-z], )?--[a-z][a-z-]*=?' "$tmp/help" | sort -u > "$tmp/wanted"
check "--help fits 79 columns" awk 'length > 79 { print; bad = 1 } END { exit bad }' "$tmp/help"
check "--help fits two screens of 40 lines" test "$(wc -l < "$tmp/help")" -le 80
check "--help has options" test "$(wc -l < "$tmp/wanted")" -gt 20

# same_options FILE PROGRAM : the options that the sed program finds are those of --help.
same_options()
{
	sed -nE "$2" "$1" | sort | diff "$tmp/wanted" -
}

check "the page has the options of --help" same_options "$page" '
	s/^\.It Fl (.) (Ar [a-z]+ )?, Fl Fl ([a-z-]+)( Ns (=) Ns Ar .*)?$/-\1, --\3\5/p
	s/^\.It Fl Fl ([a-z-]+)( Ns (=) Ns Ar .*| Ns Op .*)?$/--\1\3/p'
check "zsh has the options of --help" same_options "$completions/_mmcat" "
	s/.*[{]-(.)[+]?,--([a-z-]+=?)[}]'\[.*/-\1, --\2/p
	s/^	['\"]([(][^)]*[)][*]?)?--([a-z-]+)(=-|(=))?\[.*/--\2\4/p"
check "fish has the options of --help" same_options "$completions/mmcat.fish" "
	/ -d '[^']+'$/!d
	s/^complete -c mmcat (-s (.) )?-l ([a-z-]+) (-[rx] )?.*/-\2, --\3\4/
	s/^-, //; s/-[rx] $/=/; /^-/p"

# The words that bash offers for "-".
offered_by_bash()
{
	bash -c '
		. "$1" || exit
		compopt() { :; }
		COMP_LINE="mmcat -" COMP_POINT=7
		_mmcat mmcat - mmcat
		printf "%s\n" "${COMPREPLY[@]}"' - "$completions/mmcat.bash"
}
check "bash has the options of --help" \
	diff <(sed 's/, /\n/' "$tmp/wanted" | sort) <(offered_by_bash | sort)

# --- Lint -----------------------------------------------------------------------------------------

if command -v mandoc > /dev/null; then
	check "mandoc accepts the page" lint "$page"
	mandoc -T ascii "$page" 2> /dev/null | sed 's/.\x08//g' > "$tmp/text"
	check "the page renders in full" \
		test "$(grep -cE '^(NAME|SYNOPSIS|DESCRIPTION|EXAMPLES|CAVEATS)$' "$tmp/text")" = 5
else
	echo "skipped: lint, no mandoc"
fi

# --- Examples -------------------------------------------------------------------------------------

mkdir "$tmp/bin" "$tmp/data" || exit 99
ln -s "$MMCAT" "$tmp/bin/mmcat" || exit 99
PATH=$tmp/bin:$PATH
cd "$tmp/data" || exit 99
python3 - <<'END' || exit 99
import random, struct
rng = random.Random(5)
with open("app.log", "w") as log:
	for i in range(50000):
		level = "ERROR" if rng.random() < 0.01 else "INFO"
		log.write("%06d %s status=%d\n" % (i, level, rng.choice([200, 304, 404, 500, 5030])))
with open("table.csv", "w") as table:
	table.write("name,value\n")
	for i in range(100):
		table.write("row%d,%d\n" % (rng.randrange(1000), i))
with open("data.bin", "wb") as data:
	data.write(rng.randbytes(5000))
for name, byte in ("old.img", b"A"), ("new.img", b"B"):
	with open(name, "wb") as image:
		image.write(b"first line\n" * 100 + byte + b"rest")
with open("names", "wb") as names:
	names.write(b"".join(b"name\n%d\0" % i for i in range(77)))
with open("trades", "wb") as trades:
	for i in range(500):
		trades.write(struct.pack("<Id4s", i, rng.randrange(100000) / 100, b"XY%02d" % (i % 100)))
END

# hex WIDTH START LENGTH : prints data.bin as -x does.
hex()
{
	python3 - "$@" <<'END'
import sys
width, start, length = map(int, sys.argv[1:])
bytes = open("data.bin", "rb").read()[start:start + length]
for at in range(0, length, width):
	row = bytes[at:at + width]
	groups = [row[i:i + 8].hex(" ") for i in range(0, width, 8)]
	text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
	columns = width * 3 + (width - 1) // 8 - 1
	print("%08x  %-*s  |%s|" % (start + at, columns, "  ".join(groups), text))
print("%08x" % (start + length))
END
}

table()
{
	python3 -c '
import struct
print("id\tprice\tname")
for id, price, name in struct.iter_unpack("<Id4s", open("trades", "rb").read()):
	print("%d\t%s\t%s" % (id, "%g" % price, name.decode()))'
}

# distinct : prints each line once, with its count, in the order of first appearance.
distinct()
{
	awk '!n[$0]++ { order[++m] = $0 } END { for (i = 1; i <= m; i++) print n[order[i]] "\t" order[i] }'
}

offsets()
{
	grep -ob ERROR app.log | head -n "$1" | cut -d : -f 1
}

# Prints app.log with a byte 1 before each record.
records()
{
	awk 'NR > 1 && /^[0-9]+ ERROR/ { printf "\1" } { print }' app.log
}

objects()
{
	grep -onb ERROR app.log | head -n "$1" | awk -F : '{
		printf "{\"file\":\"app.log\",\"offset\":%d,\"length\":5,\"line\":%d}\n", $2, $1 }'
}

# chosen SEED N : prints the N lines of app.log with the least priorities, as src/search/sample.c has them.
chosen()
{
	python3 - "$@" <<'END'
import sys
seed, n = map(int, sys.argv[1:])
def mix(x):
	x = ((x ^ x >> 30) * 0xbf58476d1ce4e5b9) % 2**64
	x = ((x ^ x >> 27) * 0x94d049bb133111eb) % 2**64
	return x ^ x >> 31
keys = [mix((seed + i * 0x9e3779b97f4a7c15) % 2**64) for i in (1, 2)]
lines, off = [], 0
for line in open("app.log"):
	lines.append((mix((mix(off ^ keys[0]) + keys[1]) % 2**64), off, line))
	off += len(line)
print("".join(line for _, line in sorted(one[1:] for one in sorted(lines)[:n])), end="")
END
}

# Each example, and after a tab a command that must print the same. "has:": the output of the
# example has these words, in any order.
oracles()
{
	cat <<'END'
mmcat -b :16 data.bin
	head -c 16 data.bin
mmcat -b 1K:+10 data.bin
	tail -c +1025 data.bin | head -c 10
mmcat -b -100: data.bin
	tail -c 100 data.bin
mmcat -l 40000 app.log
	sed -n 40001p app.log
mmcat -l 100:110 app.log
	sed -n 101,110p app.log
mmcat -l -3: app.log
	tail -n 3 app.log
mmcat -l :1 -l -3: table.csv
	head -n 1 table.csv; tail -n 3 table.csv
mmcat -l 100,110 app.log
	sed -n 100,110p app.log
mmcat --from=025000 --until=025010 app.log
	awk '$1 >= "025000" && $1 < "025010"' app.log
mmcat -c --until=025010 app.log
	awk '$1 < "025010"' app.log | wc -l
mmcat --sample=10 --seed=1 app.log
	chosen 1 10
mmcat --sample=1000 --seed=1 app.log | grep -c ERROR
	chosen 1 1000 | grep -c ERROR
mmcat -r -R '\d+ ERROR' app.log
	records | tac -b -s "$(printf '\001')" | tr -d '\001'
mmcat -c -R '\d+ ERROR' -e status=404 app.log
	records | tr '\n\001' '\001\n' | grep -c status=404
mmcat --csv -r -l 1: table.csv
	tail -n +2 table.csv | tac
mmcat --csv -c table.csv
	grep -c '' table.csv
mmcat --csv -E ',17$' table.csv
	grep -E ',17$' table.csv
mmcat -F 1,3 --separator=' ' app.log
	cut -d ' ' -f 1,3 app.log
mmcat --csv --header -F value,name table.csv
	awk -F, '{ print $2 "," $1 }' table.csv
mmcat --csv --header -l -3: table.csv
	head -n 1 table.csv; tail -n 3 table.csv
mmcat --csv --header --json table.csv
	awk -F, 'NR > 1 { printf "{\"name\":\"%s\",\"value\":\"%s\"}\n", $1, $2 }' table.csv
mmcat -u --by=count -o -E 'status=\d+' app.log
	distinct < <(grep -oE 'status=[0-9]+' app.log) | sort -k 1,1nr -s
mmcat -u -c -o -E 'status=\d+' app.log
	grep -oE 'status=[0-9]+' app.log | sort -u | wc -l
mmcat --csv --header -F name -u table.csv
	printf 'count\tname\n'; tail -n +2 table.csv | cut -d , -f 1 | distinct
mmcat --csv --header --where 'value > 95' table.csv
	awk -F, 'NR == 1 || $2 > 95' table.csv
mmcat --csv --header -E '7$' --in name table.csv
	awk -F, 'NR == 1 || $1 ~ /7$/' table.csv
mmcat -c -t id:u32le,price:f64le,name:4s --where 'price>=500 && name!="XY00"' trades
	table | awk 'NR > 1 && $2 >= 500 && $3 != "XY00"' | grep -c ''
mmcat -r -m 5 app.log
	tail -n 5 app.log | tac
mmcat -c app.log
	grep -c '' app.log
mmcat -c app.log table.csv
	grep -c '' app.log table.csv
mmcat -c -d '\0' names
	tr -dc '\0' < names | wc -c
mmcat -n -e ERROR app.log
	grep -n ERROR app.log
mmcat -r -m 3 -e ERROR app.log
	grep ERROR app.log | tail -n 3 | tac
mmcat -B 2 -e ERROR app.log
	grep -B 2 ERROR app.log
mmcat -c -e ERROR app.log
	grep -c ERROR app.log
mmcat -e ERROR -e status=404 app.log
	grep -e ERROR -e status=404 app.log
mmcat --and -e ERROR -e status=404 app.log
	grep ERROR app.log | grep status=404
mmcat -v -e INFO app.log
	grep -v INFO app.log
mmcat -E 'status=5\d\d$' app.log
	grep 'status=5[0-9][0-9]$' app.log
mmcat -n -o -E 'status=5\d\d$' app.log
	grep -n -o 'status=5[0-9][0-9]$' app.log
mmcat -m 1 -E '^.* FATAL ' app.log || echo none
	echo none
mmcat -m 1 --offsets -e ERROR app.log
	offsets 1
at=$(mmcat -m 1 --offsets -e ERROR app.log) && mmcat -b $at:+60 app.log
	tail -c +$(($(offsets 1) + 1)) app.log | head -c 60
mmcat -x -b 1K:+48 data.bin
	hex 16 1024 48
mmcat -x -w 8 -b :32 data.bin
	hex 8 0 32
mmcat --compare -m 1 old.img new.img || echo different
	cmp -b old.img new.img | awk '{ $5 = $5 - 1 ","; print }'; echo different
cat data.bin | mmcat --compare -q - data.bin && echo equal
	echo equal
hex() { mmcat -x --relative -w 8 -b $1:+64 data.bin; }; diff <(hex 0) <(hex 1K) | grep -c '^<'
	echo 8
mmcat -t id:u32le,price:f64le,name:4s trades
	table
mmcat -t u16be -w 8 -b :64 data.bin
	od --endian=big -A n -v -t u2 -w16 -N 64 data.bin | awk -v OFS='\t' '{ $1 = $1; print }'
mmcat -c -t 16s trades
	echo $(($(wc -c < trades) / 16))
mmcat -t id:u32le,price:f64le,name:4s -l -1 trades
	table | sed -n '1p;$p'
mmcat --header=64 -t u32be --sample=3 data.bin | wc -l
	echo 3
mmcat -s 3/4 -c -e ERROR app.log
	python3 "$here/shard.py" 3 4 app.log | grep -c ERROR
SLURM_PROCID=2 SLURM_NTASKS=4 mmcat -s auto -c -e ERROR app.log
	python3 "$here/shard.py" 3 4 app.log | grep -c ERROR
yes | mmcat -l 5:10
	printf 'y\ny\ny\ny\ny\n'
(mmcat -l 0; sort) < table.csv
	head -n 1 table.csv; tail -n +2 table.csv | sort
mmcat -i app.log
	has: wc -lc < app.log
mmcat --json --offsets -n -m 2 -e ERROR app.log
	objects 2
mmcat -f -l -3: app.log
	tail -n 3 app.log
mmcat -f -l -500: -e ERROR app.log
	tail -n 500 app.log | grep ERROR
mmcat -f --separator=' ' --where='2 == "ERROR"' -F 1,3 app.log
	grep ERROR app.log | cut -d ' ' -f 1,3
END
}
oracles > "$tmp/oracles"

# Removes the roff escapes of the page.
sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAGNOSTICS/s/^\$ //p' "$page" |
	sed "s/\\\\-/-/g; s/\\\\(aq/'/g; s/\\\\(ha/^/g; s/\\\\e/\\\\/g" > "$tmp/examples"
check "every example has an oracle, and every oracle its example" \
	diff "$tmp/examples" <(grep -v '^	' "$tmp/oracles")

has_words()
{
	local word

	# shellcheck disable=SC2013  # words are wanted
	for word in $(cat "$tmp/right"); do
		grep -qwF -- "$word" "$tmp/got" || { echo "no $word in:"; cat "$tmp/got"; return 1; }
	done
}

# follow COMMAND : `mmcat -f` runs until it is interrupted, here when it has printed what is right. A
# shell ignores SIGINT in its background jobs.
follow()
{
	local process i

	env --default-signal=INT bash -c "exec $1" > "$tmp/got" &
	process=$!
	for ((i = 0; i < 300; i++)); do
		! cmp -s "$tmp/got" "$tmp/right" || break
		sleep 0.1
	done
	kill -INT "$process"
	wait "$process"
}

# example COMMAND ORACLE : both print the same; bash runs the command as a user would.
example()
{
	local command=$1 oracle=$2 compare="cmp $tmp/got $tmp/right"

	[[ $oracle != has:* ]] || compare=has_words
	(eval "${oracle#has: }") > "$tmp/right" || return
	[ -s "$tmp/right" ] || { echo "the oracle prints nothing"; return 1; }
	if [[ $command = *' -f '* ]]; then
		follow "$command"
	else
		bash -c "$command" > "$tmp/got"
	fi || return
	$compare
}

while IFS= read -r command && IFS= read -r oracle; do
	case $command in
	*' -E '* | *' -R '*)
		if ! grep -q '^#define MMR_PCRE2_LAZY 1' "$top_builddir/config.h"; then
			echo "skipped: no PCRE2 in this build: $command"
			continue
		fi
		;;
	esac
	check "$command" example "$command" "${oracle#	}"
done < "$tmp/oracles"
