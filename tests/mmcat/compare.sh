#!/usr/bin/env bash
# compare.sh - --compare: where two files differ
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3 cmp
export COLUMNS=80

check "150 comparisons find what cmp finds" \
	timeout 600 python3 "$here/compare.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99
printf 'abc\ndef\nghi' > a
printf 'abc\ndeX\ngh\377' > b
printf 'abc\n' > short
: > empty

# says STATUS STDOUT STDERR ARGUMENT... : all three are exactly these.
says()
{
	local wanted=$1 out=$2 err=$3 status

	shift 3
	"$MMCAT" "$@" > out 2> err
	status=$?
	printf "$out" | cmp - out && printf "$err" | cmp - err && [ "$status" = "$wanted" ] ||
		{ echo "status $status"; cat out err; return 1; }
}

first='a b differ: byte 6, line 2 is 146 f 130 X\n'
all=$first'different: 2 of 11 bytes\nwhere:     |      @   @|\n'
check "two files" says 1 "$all" "" --compare a b
check "equal files" says 0 "" "" --compare a a
check "the first difference" says 1 "$first" "" --compare -m 1 a b
check "the status only" says 1 "" "" --compare -q a b
check "the status of equal files" says 0 "" "" --compare -q a a
check "a shorter file" says 1 'EOF on short at byte 4, line 2\n' "" --compare a short
check "an empty file" says 1 'EOF on empty at byte 0, line 1\n' "" --compare empty a
check "two empty files" says 0 "" "" --compare empty /dev/null
printf 'abcY' > other
check "a difference and a shorter file" says 1 \
	'a other differ: byte 3, line 1 is  12 ^J 131 Y\nEOF on other at byte 4\ndifferent: 1 of 4 bytes\nwhere:     |   @|\n' \
	"" --compare a other
check "a selection counts from its start" says 1 \
	'a b differ: byte 2, line 1 is 146 f 130 X\nin files:  byte 6 and byte 6\ndifferent: 1 of 4 bytes\nwhere:     |  @ |\n' \
	"" --compare -l 2,2 a b
check "several selections" says 1 \
	'a b differ: byte 0, line 1 is 151 i 377 M-^?\nin files:  byte 10 and byte 10\ndifferent: 1 of 1 bytes\nwhere:     |@|\n' \
	"" --compare -b :4 -b -1: a b
check "lines that end with another byte" says 1 'a b differ: byte 6, line 1 is 146 f 130 X\n' "" \
	--compare -m1 -d g a b
check "lines of shards" says 0 "" "" --compare -s 1/3 a b
check "JSON" says 1 \
	'{"file":"a","other":"short","equal":false,"compared":4,"different":0,"offset":null,"line":2,"bytes":null,"shorter":"short","starts":[0,0],"block":1,"blocks":[0,0,0,0]}\n' \
	"" --compare --json a short
check "JSON of equal files" says 0 \
	'{"file":"empty","other":"empty","equal":true,"compared":0,"different":0,"offset":null,"line":null,"bytes":null,"shorter":null,"starts":[0,0],"block":1,"blocks":[]}\n' \
	"" --compare --json empty empty

# --- Refused command lines, and errors ------------------------------------------------------------

check "one file" says 2 "" "mmcat: --compare needs two files, not 1\n" --compare a
check "three files" says 2 "" "mmcat: --compare needs two files, not 3\n" --compare a a a
check "another action" says 2 "" "mmcat: cannot use --compare with another action\n" -x --compare a b
check "-m 2" says 2 "" "mmcat: cannot use --compare with -m, except -m 1\n" --compare -m 2 a b
check "-q and --json" says 2 "" "mmcat: cannot use --compare with --json and -q\n" --compare -q --json a b
check "a file that is missing" says 2 "" "mmcat: none: cannot open: No such file or directory\n" \
	--compare a none
check "a folder" says 2 "" "mmcat: .: cannot read: Is a directory\n" --compare . a
check "control bytes in a name" says 2 "" 'mmcat: x\\x1b: cannot open: No such file or directory\n' \
	--compare a $'x\033'

# --- Streams --------------------------------------------------------------------------------------

one_stream()
{
	cat a | says 2 "" "mmcat: $1: cannot be compared with itself: it can be read only once\n" \
		--compare "$@"
}
check "one pipe" one_stream - -
check "one pipe with two names" one_stream /dev/stdin -
check "one pipe from its end" one_stream - - -b -3:
check "one file as standard input" says 0 "" "" --compare - - < a

equal_pipes()
{
	"$MMCAT" --compare "$@" <(cat a) <(cat a)
}
check "two pipes" equal_pipes
check "two pipes from their end" equal_pipes -b -5:
check "records of two pipes" equal_pipes --csv -l 1:

# Neither an endless stream nor what is after the first difference is waited for.
check "an endless stream is longer" says 1 'EOF on a at byte 0, line 1\n' "" --compare -b 100: a <(yes)
check "a part of two devices" says 0 "" "" --compare -b :10M /dev/zero /dev/zero
endless()
{
	yes | timeout 60 "$MMCAT" --compare "$@" | grep -q differ
}
check "a difference from an endless stream" endless -m 1 - a
check "a difference between endless streams" endless -m 1 /dev/zero -

# Standard input is left after the bytes that were compared.
rest()
{
	[ "$({ "$MMCAT" --compare -b :4 - short; cat; } < a)" = $'def\nghi' ]
}
check "the rest of standard input" rest

# --- Large files ----------------------------------------------------------------------------------

if grep -q '^#define MMR_LINUX_EXTRAS 1' "$top_builddir/config.h"; then
	truncate -s 8T sparse
	truncate -s 8T other_sparse
	printf x | dd of=other_sparse bs=1 seek=7T conv=notrunc status=none
	check "holes are not read" timeout 60 "$MMCAT" --compare --json sparse sparse
	check "data against a hole" says 1 \
		'sparse other_sparse differ: byte 7696581394432, line 1 is   0 ^@ 170 x\n' "" \
		--compare -m 1 sparse other_sparse
	"$MMCAT" --compare sparse other_sparse > out
	check "a picture of holes" grep -qx "where:     | *\\. *|" out
	rm sparse other_sparse
else
	echo "skipped: holes: this build does not report them"
fi

head -c 64M /dev/zero > zeroes
bounded()
{
	"$MMCAT" --compare --stats --cache=fill -j2 "$@" 2> err || return
	cat err
	grep -q '^mmcat: 134217728 bytes' err &&
		[ "$(sed -E 's/.*peak heap ([0-9]+)[.].*/\1/' err)" -lt 20000 ]
}
check "memory does not grow with files" bounded zeroes zeroes
check "memory does not grow with a stream" bounded zeroes - < <(cat zeroes)
check "memory does not grow with two streams" bounded <(cat zeroes) - < <(cat zeroes)
