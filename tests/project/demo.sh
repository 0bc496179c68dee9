#!/usr/bin/env bash
# demo.sh - each step of the demo prints something, whatever the file is
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

# There is something between a command and its time, besides blank lines.
every_step_shows()
{
	demo "$1" && awk '
		/^\$ mmcat / { command = $0; shown = 0; n++; next }
		/^-- / { if (!shown) { print "nothing: " command; bad = 1 } }
		/./ { shown = 1 }
		END { exit bad || n < 4 }' "$tmp/demo"
}
for name in small lines binary x; do
	check "each step of the demo of $name prints something" every_step_shows "$name"
done
check "the demo of text prints its lines" \
	test "$(demo small && grep -cx 'first\|middle\|last' "$tmp/demo")" -ge 7
check "the demo of binary data prints no lines" \
	test "$(demo x && tr -d '\n\40-\176' < "$tmp/demo" | wc -c)" = 0
check "the demo of an empty file works" demo empty
