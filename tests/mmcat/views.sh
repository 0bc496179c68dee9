#!/usr/bin/env bash
# views.sh - hex and typed views, regular expressions and shards
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
cd "$tmp" || exit 99

# prints TEXT ARGUMENT... : status 0 and exactly this text.
prints()
{
	local wanted=$1

	shift
	"$MMCAT" "$@" > got 2> message || { cat message; return 1; }
	printf '%b' "$wanted" | cmp - got
}

# refuses WORD ARGUMENT... : status 2, one message with this word.
refuses()
{
	local status=0

	"$MMCAT" "${@:2}" > got 2> message < /dev/null || status=$?
	[ "$status" = 2 ] && [ ! -s got ] && grep -qF -- "$1" message && [ "$(wc -l < message)" = 1 ]
}

check "matches in shards are those in the file" \
	timeout 600 python3 "$here/views.py" shards "$MMCAT" "$tmp"
check "150 hex views are Python's" timeout 600 python3 "$here/views.py" hex "$MMCAT" "$tmp"
check "150 typed views are Python's" \
	timeout 600 python3 "$here/views.py" type "$MMCAT" "$tmp"
check "an invalid layout" refuses \
	"mmcat: cannot parse layout: invalid type 'q' at byte 3; a field is type or" -t 'u8 q' /dev/null
check "an invalid size" refuses "invalid size '0s' at byte 3" -t 'u8 0s' /dev/null
check "two views" refuses "cannot use -x with -t" -x -t u8 /dev/null
head -c 36 /dev/zero > words
check "shards consist of records" prints '0\n0\n0\n' -t u32 -s 3/3 words
check "a shard with the first record" prints '0\n' -t u32 -s 1/9 words
printf 'a\0\n\351' > bytes
check "colours by kind of byte" prints \
	'00000000  \033[36m61 \033[90m00 \033[32m0a \033[33me9 \033[0m       |\033[36ma\033[90m.\033[32m.\033[33m.\033[0m|\n00000004\n' \
	-x -w6 --color=always bytes
check "no colour by default" prints '00000000  61 00 0a e9  |a...|\n00000004\n' -x -w4 bytes
if grep -q '^#define MMR_LINUX_EXTRAS 1' "$top_builddir/config.h"; then
	truncate -s 1T sparse
	printf 'end' >> sparse
	check "a hole is one line" prints \
		'00000000000  hole of 1099511627776 bytes\n10000000000  65 6e 64                                          |end|\n10000000003\n' \
		-x sparse
	check "a hole with offsets from the start of the selection" prints \
		'0000000000  hole of 1099511627760 bytes\nfffffffff0  65 6e 64                                          |end|\nfffffffff3\n' \
		-x --relative -b 16: sparse
	check "a hole shorter than its own line is shown as zeroes" prints \
		'00000064  00 00 00 00 00 00 00 00  00                       |.........|\n0000006d\n' \
		-x -b 100:+9 sparse
else
	echo "skipped: holes: this build does not report them"
fi

# An empty selection prints its end offset only, for a file and for a pipe. The rest of the pipe is
# left to its next reader.
printf 'a\nbc\ndef\n' > lines
empty_part()
{
	local offset=$1

	prints "$offset\n" -x "${@:2}" lines &&
		[ "$(cat lines | "$MMCAT" -x "${@:2}")" = "$offset" ] &&
		[ "$({ printf 'a\nb'; sleep 0.2; printf 'c\ndef\n'; } |
			"$MMCAT" -x "${@:2}")" = "$offset" ]
}
check "the end of an empty selection" empty_part 00000005 -b 5:5
check "the end of an empty selection from its start" empty_part 00000000 --relative -b 5:5
check "each selection has its own start" prints \
	'00000000  62 63                                             |bc|\n00000002\n00000000  64                                                |d|\n00000001\n' \
	-x --relative -b 2:4 -b 5:6 lines
check "lines of a pipe from their start" \
	[ "$("$MMCAT" -x --relative -l 2: < lines | md5sum)" = "$(cat lines | "$MMCAT" -x --relative -l 2: | md5sum)" ]
check "the end of a selection that ends before its start" empty_part 00000007 -b 7:3
check "the end of a selection after the end of the file" empty_part 00000009 -b 50:60
check "the end of a selection at the end of the file" empty_part 00000009 -b 9:
check "the end of a selection without lines" empty_part 00000002 -l 1:1
check "the end of lines before their start" empty_part 00000005 -l 2:1
check "the end of lines after the end of the file" empty_part 00000009 -l 7:9
check "the end of an empty file" prints '00000000\n' -x /dev/null
check "the input after an empty selection is left" \
	[ "$(cat lines | { "$MMCAT" -x -b 5:5 > /dev/null; cat; })" = def ]
check "no offset for an input that cannot be read" refuses "directory" -x .
check "-w needs -x or -t" refuses "-w" -w 3 bytes
check "no width of 0" refuses "width" -x -w 0 bytes

# mmcat -E finds nothing, or has no PCRE2.
"$MMCAT" -E x /dev/null > out 2> err
if [ $? = 1 ]; then
	check "150 searches are Python's" \
		timeout 600 python3 "$here/views.py" regex "$MMCAT" "$tmp"
	check "an invalid pattern, with the offset" refuses "at byte 3" -E 'a(b' bytes
	printf 'ab\nb\n' > one
	check "lines of several files have file names" prints 'one:ab\none:b\none:ab\none:b\n' -E b one one
	check "offsets in several files have file names" \
		prints 'one:1\none:3\none:1\none:3\n' --offsets -E b one one
	check "a limit is an error" refuses "limit" -E '^(a|a?)+$' \
		<(head -c 64 /dev/zero | tr '\0' a; echo b)
else
	check "no PCRE2 in this build" refuses "PCRE2" -E a bytes
fi

seq 100000 > lines
for n in 1 3 7; do
	for k in $(seq "$n"); do "$MMCAT" -s "$k/$n" lines; done > joined
	check "$n shards are the file" cmp joined lines
	for k in $(seq "$n"); do "$MMCAT" -c -e 99 -s "$k/$n" lines; done > counts
	check "counts of $n shards add up" \
		test "$(awk '{ n += $1 } END { print n }' counts)" = "$("$MMCAT" -c -e 99 lines)"
	for k in $(seq "$n"); do "$MMCAT" -n -e 99 -s "$k/$n" lines; done > found
	check "lines of $n shards are those of the file" cmp found <("$MMCAT" -n -e 99 lines)
	for k in $(seq "$n"); do "$MMCAT" --offsets -e $'9\n1' -s "$k/$n" lines; done > offsets
	check "matches across $n shards" cmp offsets <("$MMCAT" --offsets -e $'9\n1' lines)
	[ "$n" = 1 ] || check "shard 2 of $n has the lines that start in it" \
		cmp <(python3 "$here/shard.py" 2 "$n" lines) <("$MMCAT" -s "2/$n" lines)
done
# Occurrences that overlap: which of them match depends on where the search starts.
overlapping()
{
	local k

	for k in $(seq "$2"); do "$MMCAT" -s "$k/$2" --offsets -e "$1" "$3"; done > offsets
	cmp offsets <("$MMCAT" --offsets -e "$1" "$3")
}
printf 'a\n\n\n' > newlines
check "shards of two newlines" overlapping '\n\n' 2 newlines
head -c 300001 /dev/zero | tr '\0' '\n' > newlines
for n in 2 3 7; do
	check "$n shards of newlines" overlapping '\n\n\n' $n newlines
done
# shellcheck disable=SC2317
auto()
{
	env "$@" "$MMCAT" -s auto lines | cmp - <("$MMCAT" -s 2/3 lines)
}
check "Slurm's rank" auto SLURM_PROCID=1 SLURM_NTASKS=3
check "Open MPI's rank" auto OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3
check "PMI's rank" auto PMI_RANK=1 PMI_SIZE=3
export PMI_RANK=3 PMI_SIZE=3
check "an invalid rank" refuses "PMI_RANK='3'" -s auto lines
unset PMI_RANK PMI_SIZE
check "no rank" refuses "cannot determine the shard: no rank and size in the environment; set OMPI" \
	-s auto lines
for shard in 0/3 4/3 1/0 a/b 1 1/2/3 -1/3 "1 /3" 99999999999999999999/99999999999999999999; do
	check "no shard $shard" refuses "shard" "-s$shard" lines
done
check "a stream has no shards" refuses \
	"cannot divide into shards: size is unknown; save the input to a file first" -s 1/2 -
check "shards of a range" refuses "cannot use -s with -b or -l" -s 1/2 -l 3 lines

# Seven records of two bytes, and a byte that is left over.
printf '\1\0\2\0\3\0\12\0\12\0\6\0\7\0\10' > records
rest="cannot read a record at byte 14: the selection has 1 of its 2 bytes"
check "-l counts records" prints '3\n10\n' -t u16le -l 2:4 records
check "-l counts records as sed does" prints '3\n10\n' -t u16le -l 3,4 records
check "-l before the byte that is left over" prints '7\n' -t u16le -l 6:7 records
check "-l counts records from the end" prints '10\n6\n' -t u16le -l -3:-1 records
check "records in the order given" prints '6\n7\n1\n' -t u16le -l -2:7 -l 0 records
check "-m of several -l" prints '6\n7\n1\n' -t u16le -m 3 -l -2:7 -l :5 records
check "-c counts records" prints '3\n' -c -t u16le -l :3 records
check "-c counts records of shards" prints '4\n' -c -t u16le -s 1/2 records
check "-c counts at most -m records" prints '2\n' -c -m 2 -t u16le records
check "-c counts records as JSON" prints '{"file":"records","records":2}\n' --json -c -t u16le -l 1:3 records
check "-c counts records of several -b" prints '3\n' -c -t u16le -b 1:5 -b :2 records
# with_rest WANTED ARGUMENT... : prints this, and reports the byte that is left over.
with_rest()
{
	local wanted=$1 status=0

	shift
	"$MMCAT" "$@" > got 2> message || status=$?
	[ "$status" = 2 ] && printf '%b' "$wanted" | cmp - got && grep -qF "$rest" message
}
check "-c reports the byte that is left over" with_rest '7\n' -c -t u16le records
check "-l reports the byte that is left over if it reaches it" with_rest '7\n' -t u16le -l 6:9 records
check "-l of the last record reports it" with_rest '7\n' -t u16le -l -1 records
check "a shard reports it" with_rest '3\n' -c -t u16le -s 2/2 records
# shellcheck disable=SC2317
piped()
{
	local wanted=$1

	shift
	printf '%b' "$wanted" | cmp - <("$MMCAT" "$@" < <(cat records) 2> /dev/null)
}
check "-l counts records of a pipe" piped '3\n10\n' -t u16le -l 2:4
check "-c counts records of a pipe" piped '7\n' -c -t u16le
check "records of a pipe, in the order given" piped '6\n7\n1\n' -t u16le -l -2: -l 0
check "-d is refused with -t" refuses "cannot use -d with -t" -d ';' -t u8 records
check "-w is refused with -c" refuses "cannot use -w with -c" -c -w 2 -t u8 records
