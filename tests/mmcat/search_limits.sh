#!/usr/bin/env bash
# search_limits.sh - -e and -E: what is refused, what fails while lines are printed, and memory
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3
cd "$tmp" || exit 99
printf 'ab\nb\nc\n' > abc

# refuses MESSAGE ARGUMENT... : status 2, no output, and exactly this message.
refuses()
{
	local wanted="mmcat: $1" status=0

	shift
	"$MMCAT" "$@" > out 2> err < /dev/null || status=$?
	[ "$status" = 2 ] && [ ! -s out ] && printf '%s\n' "$wanted" | cmp - err || { cat err; return 1; }
}

# prints WANTED ARGUMENT... : status 0 and exactly this text.
prints()
{
	local wanted=$1

	shift
	"$MMCAT" "$@" > out 2> err || { cat err; return 1; }
	printf '%b' "$wanted" | cmp - out && [ ! -s err ]
}

# --- The command line ----------------------------------------------------------------------------

while IFS='|' read -r message options; do
	# shellcheck disable=SC2086
	check "$options" refuses "cannot use $message" $options abc
done << 'END'
-o with -v|-o -v -e a
-o with --offsets|-o --offsets -e a
--offsets with -v|--offsets -v -e a
-O with --offsets|-O --offsets -e a
-c with --offsets; use -c with -o|-c --offsets -e a
-c with -A, -B or -C|-c -C 1 -e a
-r with -A, -B or -C|-r -B 1 -e a
-A, -B or -C with -o or --offsets|-o -A 1 -e a
-A, -B or -C with -o or --offsets|--offsets -C 2 -e a
-H with --no-filename|-H --no-filename -e a
-H without -c, -e or -E|-H
-n without -e or -E|-n
-v without -e or -E|-v
-A without -e or -E|-A 1
--and without -e or -E|--and
--offsets without -e or -E|--offsets
--fixed without -e|--fixed -E a
-i with -e; use -I to ignore case|-i -e a
-x with a search|-x -e a
-t with a search|-t u8 -E a
-C with two values: '1' and '2'|-C 1 -C 2 -e a
--patterns with two values: 'abc' and 'x'|--patterns abc --patterns x
--patterns=- with standard input as FILE|--patterns=- -
END
for number in x -1 1.5 ''; do
	check "-A '$number'" refuses \
		"invalid number of lines '$number'; use a whole number, such as 100 or 5e6" -A "$number" -e a abc
done
check "-C 0 is no context" prints '1\n' -c -C 0 -e a abc
check "-A and -B replace the number of -C" prints 'ab\nb\n' -C 5 -B 0 -A 1 -e a abc

: > empty
printf 'a\n\nb\n' > blank
printf 'a\nb\0c\n' > nul
printf 'b\nc' > texts
check "--patterns of a missing file" refuses "none: cannot open: No such file or directory" --patterns none abc
check "--patterns of a folder" refuses ".: cannot read: Is a directory" --patterns . abc
check "--patterns of an empty file" refuses "empty: cannot search for its texts: it is empty" --patterns empty abc
check "--patterns with an empty line" refuses \
	"blank: cannot use line 2 as a text: it is empty, and every line contains it" --patterns blank abc
check "--patterns with a NUL" refuses \
	"nul: cannot use line 2 as a text: it contains a NUL; use -e '\\0'" --patterns nul abc
check "--patterns without a last newline" prints 'ab\nb\nc\n' --patterns texts abc
check "--patterns of standard input" prints 'ab\nb\nc\n' --patterns - abc < texts
check "--patterns have no escapes" prints 'a\\tb\n' --patterns <(echo 'a\tb') <(printf 'a\tb\na\\tb\n')
check "--fixed texts have no escapes" prints 'a\\tb\n' --fixed -e 'a\tb' <(printf 'a\tb\na\\tb\n')

"$MMCAT" -E x /dev/null > /dev/null 2>&1
if [ $? = 1 ]; then
	has_regex=yes
	missing="missing closing parenthesis"
	check "an invalid expression" refuses "cannot compile pattern 'a(b': $missing at byte 3" -E 'a(b' abc
	check "an invalid expression after a text" \
		refuses "cannot compile pattern 'a(b': $missing at byte 3" -e x -E 'a(b' abc
	# The expression is refused as it was given, not with what -W and -X put around it.
	check "an invalid expression with -W" refuses "cannot compile pattern 'a(': $missing at byte 2" -W -E 'a(' abc
	# Where PCRE2 reports the parenthesis depends on its release.
	"$MMCAT" -E 'b)|(c' abc > out 2> err
	check "an expression with a parenthesis too many" \
		refuses "$(sed 's/^mmcat: //' err)" -X -E 'b)|(c' abc
	check "its message" grep -q "^mmcat: cannot compile pattern 'b)|(c': unmatched closing parenthesis at byte" err
	check "-W around an expression that ends in a quoted text" prints 'b\n' -W -E '\Qb' abc
	check "-W around an expression that ends in a comment" prints 'b\n' -W -E '(?x)b # a word' abc
	check "-X around an expression that ends in a comment" prints 'b\n' -X -E '(?x)b # a line' abc
	check "-X around alternatives" prints 'b\nc\n' -X -E 'b|c' abc
else
	has_regex=no
	echo "left out: expressions: no PCRE2"
fi

# --- Failures ------------------------------------------------------------------------------------

# 16 MiB: longer than the output of all workers and the pipe.
python3 -c 'import sys
for i in range(300000):
	sys.stdout.write("line %07d with a text and some more of it\n" % i)' > lines

# fails MESSAGE ARGUMENT... : status 2, one message, and the output is the start of ./whole.
fails()
{
	local wanted=$1 status=0

	shift
	"$@" > out 2> err || status=$?
	[ "$status" = 2 ] && [ "$(wc -l < err)" = 1 ] && grep -qE "^mmcat: $wanted\$" err &&
		cmp -n "$(stat -c %s out)" out whole && return
	echo "status $status"
	cat err
	return 1
}

# cut_while_printed ARGUMENT... : the file is truncated after its first line was printed.
cut_while_printed()
{
	cp lines cut
	python3 - "$MMCAT" "$@" cut << 'PYTHON'
import os
import subprocess
import sys

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
sys.stdout.buffer.write(os.read(process.stdout.fileno(), 100))
os.truncate("cut", 100000)
sys.stdout.buffer.write(process.stdout.read())
sys.stdout.flush()
sys.exit(process.wait())
PYTHON
}

for options in "-n -e text" "-O -v -e absent" "-C 1 -e 00:" "-n -o -e e" "-n -j8 -e text" "--offsets -e text"; do
	# shellcheck disable=SC2086
	"$MMCAT" $options lines > whole
	# shellcheck disable=SC2086
	[ ! -s whole ] || check "a file that is truncated: $options" fails \
		'cut: cannot (read|print).* file was truncated while reading' cut_while_printed $options
	# shellcheck disable=SC2086
	[ ! -s whole ] || check "/dev/full: $options" eval \
		'! "$MMCAT" $options lines > /dev/full 2> err &&
			printf "mmcat: cannot write to standard output: No space left on device\n" | cmp - err'
done

# closes ARGUMENT... : the reader ends after one line; SIGPIPE ends mmcat silently.
closes()
{
	"$MMCAT" "$@" lines 2> err | head -n 1 > out
	[ "${PIPESTATUS[0]}" = 141 ] && [ "$(wc -l < out)" = 1 ] && [ ! -s err ]
}
for options in "-n -j8 -e text" "-j8 -e text" "-v -j8 -e absent" "-o -j8 -e e" "-r -j8 -e text" "--offsets -j8 -e e"; do
	# shellcheck disable=SC2086
	check "a closed pipe: $options" closes $options
done
ignored()
{
	(
		trap '' PIPE
		"$MMCAT" -n -j8 -e text lines 2> err
		echo $? > status
	) | head -n 1 > out
	[ "$(cat status)" = 2 ] &&
		printf 'mmcat: cannot write to standard output: Broken pipe\n' | cmp - err
}
check "a closed pipe, with SIGPIPE ignored" ignored

check "other files are still searched" eval '! "$MMCAT" -n -e b nowhere abc > out 2> err &&
	printf "abc:1:ab\nabc:2:b\n" | cmp - out &&
	printf "mmcat: nowhere: cannot open: No such file or directory\n" | cmp - err'
if [ "$has_regex" = yes ]; then
	# Lines before the one whose search reaches a limit are printed.
	{ head -n 1000 lines && head -c 200 /dev/zero | tr '\0' a && echo b; } > hard
	head -n 1000 lines > whole
	check "a limit after lines that match" fails 'hard: .*limit.*' "$MMCAT" -E '^(a|a?)+$|text' hard
fi

# --- Memory --------------------------------------------------------------------------------------

case $SANITIZER_FLAGS in
*-fsanitize*)
	echo "memory is not measured: sanitizers use memory of their own"
	exit
	;;
esac
python3 -c 'import sys
for i in range(16):
	sys.stdout.write("some text of a line that is like those of a log, 12345 ms\n" * 72000)' > dense

# frugal THREADS OPTIONS [INPUT]: the library's heap has at most 1 MiB, and for each thread 160 KiB
# and a window that is read. What is resident includes buffers for the output, and the program.
frugal()
{
	local threads=$1 options=$2 input=${3:-dense} report memory heap

	# shellcheck disable=SC2086
	if [ "$input" = - ]; then
		report=$(cat dense | "$MMCAT" --stats -j "$threads" $options 2>&1 > /dev/null)
	else
		# Bytes that are not in the page cache are read into larger windows. A system that
		# reclaims memory may drop them in between.
		for _ in 1 2 3 4 5; do
			cat "$input" > /dev/null
			report=$("$MMCAT" --stats --no-mmap -j "$threads" $options "$input" 2>&1 > /dev/null)
			[[ $report = *" from the device"* ]] || break
		done
	fi
	echo "$report"
	memory=$(sed -nE 's/.*peak memory ([0-9]+)\.[0-9]+ MiB.*/\1/p' <<< "$report")
	heap=$(sed -nE 's/.*peak heap ([0-9]+)\.[0-9]+ KiB.*/\1/p' <<< "$report")
	[ "$memory" -lt $((12 + threads / 2)) ] && [ "$heap" -lt $((1024 + threads * (160 + 128))) ]
}
for threads in 1 2 8; do
	for options in "-e RARE" "-v -e RARE" "-n -v -e RARE" "-e text" "-n -O -e text" "-o -e e" \
		"-C 2 -e text" "-B 1000000 -e text" "--color=always -e e" "-r -n -e text" "-c -o -e e" "--offsets -e e"; do
		check "memory of -j $threads $options" frugal "$threads" "$options"
	done
	for options in "-v -e RARE" "-n -o -e e" "-B 100 -e RARE"; do
		check "memory of -j $threads $options on a pipe" frugal "$threads" "$options" -
	done
done
