#!/usr/bin/env bash
# demo.sh - mmcat's main job, each command with its time and the most memory it had
#
#	demo.sh MMCAT [FILE]	without FILE: a log of 1 GiB, made beside MMCAT's build and kept
#
# SPDX-License-Identifier: MIT
set -eu
export LC_ALL=C

mmcat=$1
file=${2-build/demo.log}
peak=$(mktemp)
trap 'rm -f "$peak"' EXIT

if [ $# = 1 ] && [ "$(stat -c %s "$file" 2> /dev/null)" != $((1 << 30)) ]; then
	echo "== writing a log of 1 GiB: $file"
	python3 tests/make_log.py 1G "$file"
fi

run()
{
	local start=${EPOCHREALTIME/./} microseconds

	printf '\n$ mmcat %s %s\n' "$*" "$file"
	command time -q -f %M -o "$peak" "$mmcat" "$@" "$file"
	microseconds=$((${EPOCHREALTIME/./} - start))
	printf '\n-- %d.%03d s, %d KiB of memory at most\n' \
		$((microseconds / 1000000)) $((microseconds / 1000 % 1000)) "$(cat "$peak")"
}

echo "== $(stat -L -c '%n: %s bytes' "$file")"
run -i          # what it is
run -c          # how many lines
run -l 0:5      # head
run -l -5:      # tail
run -b 1M:+200  # any bytes
