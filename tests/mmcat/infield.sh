#!/usr/bin/env bash
# infield.sh - --in searches fields, alone and with --where
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

need python3 awk
grep -q '^#define MMR_PCRE2_LAZY 1' "$top_builddir/config.h" || skip "no PCRE2 in this build"

check "1000 random tables have the rows that Python finds" \
	timeout 600 python3 "$here/infield.py" "$MMCAT" "$tmp" 1 1000

cd "$tmp" || exit 99

# --- Large files: blocks, threads, shards, pipes and the way of the search make no difference ------

python3 - <<'END' || exit 99
import random
rng = random.Random(3)
with open("log", "wb") as log:
	for i in range(300000):
		log.write(b"%d\t%s\t%d\n" % (i, rng.choice([b"ERROR", b"INFO", b"a 77 b"]), rng.randrange(1000)))
END
for how in "" -j1 -j3 --no-mmap; do
	for e in -e -E; do
		check "$e --in $how" cmp <("$MMCAT" $how --in 3 $e 77 log) <(awk -F '\t' '$3 ~ /77/' log)
		check "$e -X --in $how" cmp <("$MMCAT" $how --in 3,1 -X $e 77 log) \
			<(awk -F '\t' '$3 == "77" || $1 == "77"' log)
		check "$e -v -c --in $how" cmp <("$MMCAT" $how --in 2- -v -c $e 77 log) \
			<(awk -F '\t' '$2 $3 !~ /77/ { n++ } END { print n }' log)
	done
done
check "a pipe" cmp <(cat log | "$MMCAT" -n --in 2 -e 77) <(awk -F '\t' '$2 ~ /77/ { print NR ":" $0 }' log)
check "-m in reverse order" cmp <("$MMCAT" -r -m 100 --in 2 -e 77 log) <(awk -F '\t' '$2 ~ /77/' log | tac | head -n 100)
check "with --where" cmp <("$MMCAT" --in 2 -e RR --where '3 >= 990 && 1 < 200000' log) \
	<(awk -F '\t' '$2 ~ /RR/ && $3 >= 990 && $1 < 200000' log)
check "matches are not coloured" says 0 $'1\ta\n' "" --color=always --in 2 -e a - < <(printf '1\ta\na\tb\n')
check "JSON has no matches" grep -q '"submatches":\[\]' \
	<(printf '1\ta\na\tb\n' | "$MMCAT" --json --in 2 -e a)

# --- Patterns that take too many steps ------------------------------------------------------------

{ printf 'b\tc\nx\t' && head -c 40000 /dev/zero | tr '\0' a && echo '!'; } > steps
message=": cannot search at byte 4: pattern exceeds the limit of steps or memory; use a simpler one"
for how in "" -c -r "-v -c"; do
	check "a field, with '$how'" sh -c '[ "$("$0" $1 -E "(a+)+(b|c)*$" --in 2 steps 2>&1 > /dev/null)" = "$2" ]' \
		"$MMCAT" "$how" "mmcat: steps$message"
done
check "a field of standard input after a line" sh -c \
	'[ "$(read -r _ && "$0" -E "(a+)+(b|c)*$" --in 2 2>&1)" = "$1" ]' "$MMCAT" "mmcat: standard input$message" < steps

# --- Refused --------------------------------------------------------------------------------------

printf 'a,b\n1,2\n' > short
for option in -i -x '-R x' '-t u8' --compare; do
	check "--in with ${option%% *}" refuses "cannot use --in with ${option%% *}" -e 1 --in 1 $option short
done
for option in -o --offsets; do
	check "--in with $option" refuses "cannot use --in with $option" -e 1 --in 1 $option short
done
check "--in alone" refuses "cannot use --in without -e or -E" --in 1 short
check "--in with -F alone" refuses "cannot use --in without -e or -E" --in 1 -F 1 short
check "names without --header" refuses "cannot use names of fields without --header" --in a -e 1 short
check "no such name" refuses "short: cannot find field 'c': the header has no such name" \
	--csv --header --in c -e 1 short
check "the delimiter as separator" \
	refuses "cannot use --in with fields that are separated by the delimiter of lines" -e 1 --in 1 -d '\t' short
check "a text that crosses lines" \
	refuses "cannot use --in with a text that contains the delimiter of lines" --in 1 -e '1\n2' short
