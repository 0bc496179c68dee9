#!/usr/bin/env bash
# stats.sh - the report of --stats is right, and the output is as without it
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
cd "$tmp" || exit 99

seq 1000000 > numbers
n_bytes=$(wc -c < numbers)
kernel=$("$MMCAT" --version | sed -n 's/^scan kernels: //p')
figure='[0-9]+\.[0-9]+'
device="( $figure MiB from the device, $figure MiB of them cached now,)?"

# says MODE OPTIONS INPUT EXPRESSION : --stats prints one line on standard error, which begins as the
# expression and contains the I/O mode.
says()
{
	local mode=$1 options=$2 input=$3 expression=$4 line

	# shellcheck disable=SC2086
	"$MMCAT" $options < "$input" > plain || return
	# shellcheck disable=SC2086
	"$MMCAT" --stats $options < "$input" > out 2> err || return
	cmp plain out || return
	line="^mmcat: $expression, $figure s, $figure GB/s, I/O mode $mode,$device scan kernels $kernel,"
	line="$line peak memory $figure MiB, peak heap $figure KiB(, lib.*)?\$"
	[ "$(wc -l < err)" = 1 ] && grep -qE "$line" err || { cat err; echo "no match: $line"; return 1; }
}

check "counted lines" says '(map|read)' -c numbers "$n_bytes bytes, 1000000 lines"
check "without a map" says read '--no-mmap -c' numbers "$n_bytes bytes, 1000000 lines"
check "the whole file" says '(kernel|map|read)' '' numbers "$n_bytes bytes"
check "a range of bytes" says '(kernel|map|read)' '-b 1000:+5000' numbers "5000 bytes"
check "a search" says '(map|read)' '-e 99999' numbers "$n_bytes bytes"
check "a search without a map" says read '--no-mmap -e 99999' numbers "$n_bytes bytes"

# Only counts of large inputs compare the orders. A copy in small windows does not. If most of the
# file is mapped, that is more than the 56 MiB that the comparison takes.
order()
{
	local orders='(sequential|halves|quarters)'

	head -c 192M /dev/zero | tr '\0' 'x' > large
	"$MMCAT" --stats -c large 2> err > out || return
	[ "$(cat out)" = 1 ] || return
	if grep -q 'I/O mode map' err; then
		grep -qE ", scan kernels $kernel, order of counts $orders, peak memory" err || { cat err; return 1; }
	fi
	"$MMCAT" --stats --no-mmap -c large 2> err > out || return
	grep -q ", scan kernels $kernel, peak memory" err || { cat err; return 1; }
	rm large
}
check "the order of counts" order

stream()
{
	local line="^mmcat: $n_bytes bytes, 1000000 lines, .*, I/O mode read, "

	cat numbers | "$MMCAT" --stats -c > out 2> err
	[ "$(cat out)" = 1000000 ] && grep -qE "$line" err || { cat err; return 1; }
}
check "a stream" stream

# The peak is at least what the program itself takes, and less than the size of a large file.
peak()
{
	"$MMCAT" --stats -c numbers 2>&1 > out | sed -E 's/.*peak memory ([0-9]+)\.[0-9] MiB.*/\1/' > peak
	[ "$(cat peak)" -ge 1 ] && { [ -n "$SANITIZER_FLAGS" ] || [ "$(cat peak)" -lt 64 ]; }
}
check "the peak is plausible" peak

check "loaded libraries" \
	bash -c '"$0" --stats -i numbers 2>&1 > out | grep -qE ", libmagic [0-9.]+ loaded in [0-9.]+ ms" ||
		! grep -q libmagic <<< "$(ldconfig -p)"' "$MMCAT"
check "a report after an error" \
	bash -c '! "$0" --stats -c nowhere numbers > out 2> err && grep -q "^mmcat: nowhere: " err &&
		grep -q "1000000 lines" err' "$MMCAT"
