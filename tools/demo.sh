#!/usr/bin/env bash
# demo.sh - the main commands of mmcat, each with its time and peak memory
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
	python3 tests/support/make_log.py 1G "$file"
fi

run()
{
	local start=${EPOCHREALTIME/./} microseconds

	printf '\n$ mmcat %s %s\n' "$*" "$file"
	command time -q -f %M -o "$peak" "$mmcat" "$@" "$file"
	microseconds=$((${EPOCHREALTIME/./} - start))
	printf '\n-- %d.%03d s, at most %d KiB of memory\n' \
		$((microseconds / 1000000)) $((microseconds / 1000 % 1000)) "$(cat "$peak")"
}

# By the rule of mmcat, which prints no binary data to a terminal: NUL or escape in the first 32 KiB.
is_binary()
{
	[ "$(head -c 32K -- "$file" | tr -dc '\000\033' | head -c 1 | wc -c)" = 1 ]
}

# The longest word of a line.
word_of_line()
{
	"$mmcat" -l "$1" "$file" | tr -cs 'A-Za-z0-9' '\n' |
		awk 'length > length(longest) { longest = $0 } END { print longest }'
}

size=$(stat -L -c %s -- "$file")
echo "== $file: $size bytes"
run -i                           # what the file is
if is_binary; then
	run -x -b :64                # the first bytes, the last, some in the middle
	run -x -b -64:
	run -x -b $((size / 2)):+64
else
	run -c                       # how many lines
	run -l :5                    # the first, the last, one in the middle
	run -l -5:
	middle=$(($("$mmcat" -c "$file") / 2))
	run -l "$middle"
	run -b $((size / 2)):+200    # bytes from the middle on
	text=ERROR                   # in the generated log
	[ $# = 1 ] || text=$(word_of_line "$middle")
	if [ "$text" ]; then
		run -n -m 3 -e "$text"    # the first lines that contain a text, and the last
		run -r -m 3 -e "$text"
		run -c -e "$text"         # how many lines contain it
	fi
fi
