#!/usr/bin/env bash
# demo.sh - the demo shows something in each step, whatever the file is
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

type -P time > /dev/null || skip "no time, which measures the demo"

printf 'first\nmiddle\nlast\n' > "$tmp/small"
seq 300000 > "$tmp/lines"
head -c 300 /dev/zero > "$tmp/binary"
printf '\033[1m\n' > "$tmp/x"
: > "$tmp/empty"

demo()
{
	bash "$top_srcdir/tools/demo.sh" "$MMCAT" "$tmp/$1" > "$tmp/demo"
}

# Between a command and its time there is something, besides blank lines.
every_step_shows()
{
	demo "$1" && awk '
		/^\$ mmcat / { command = $0; shown = 0; n++; next }
		/^-- / { if (!shown) { print "nothing: " command; bad = 1 } }
		/./ { shown = 1 }
		END { exit bad || n < 4 }' "$tmp/demo"
}
for name in small lines binary x; do
	check "each step of the demo of $name shows something" every_step_shows "$name"
done
check "the demo of text has its lines" \
	test "$(demo small && grep -cx 'first\|middle\|last' "$tmp/demo")" -ge 7
check "the demo of binary data prints none" \
	test "$(demo x && tr -d '\n\40-\176' < "$tmp/demo" | wc -c)" = 0
check "there is a demo of an empty file" demo empty
