#!/usr/bin/env bash
# input.sh - every kind of input: mmcat reads only as much as it needs, and leaves the rest
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

cd "$tmp" || exit 99
printf 'a\nb\nc\nd\ne\n' > letters
seq 200000 > numbers

# prints TEXT SCRIPT : the script prints the text and ends with status 0.
prints()
{
	local got

	got=$(timeout 20 bash -c "set -o pipefail; $2"; echo "status $?")
	[ "$got" = "$1status 0" ] || { printf '%s\nwanted: %s\n' "$got" "$1"; return 1; }
}
export MMCAT

# --- The rest for the next program ---
check "-b leaves the rest of a file" prints "a,
b
c
d
e
" '("$MMCAT" -b 0:1; printf ,; "$MMCAT") < letters'
check "-b leaves the rest of a pipe" prints "a,
b
c
d
e
" 'cat letters | ("$MMCAT" -b 0:1; printf ,; "$MMCAT")'
check "-l leaves the rest of a file" prints $'a\nb\n,c\nd\ne\n' \
	'("$MMCAT" -l 0:2; printf ,; "$MMCAT") < letters'
check "-c leaves the rest of a file" prints $'2\ne\n' '("$MMCAT" -cl 2:4; "$MMCAT") < letters'
check "-r leaves the rest of a file" prints $'d\nc\ne\n' '("$MMCAT" -rl 2:4; "$MMCAT") < letters'
check "-l -N leaves the rest of a file" prints $'c\n,d\ne\n' \
	'("$MMCAT" -l -3:-2; printf ,; "$MMCAT") < letters'
check "other programs start at the offset" prints $'a\nb\n' '("$MMCAT" -l 0:1; head -n 1) < letters'
check "offsets count from the offset of standard input" prints $'a\nc\n' \
	'(read -r line; echo $line; "$MMCAT" -l 1:2) < letters'
check "the same standard input twice" prints $'a\nb\nc\nd\ne\n' '"$MMCAT" - - < letters'
check "lines of a large file one by one" prints $'1\n2\n3\n' \
	'("$MMCAT" -l 0; "$MMCAT" -l 0; "$MMCAT" -l 0) < numbers'
check "bytes of a pipe one by one" prints "123" \
	'printf 123456 | ("$MMCAT" -b 0; "$MMCAT" -b 0; "$MMCAT" -b 0)'

# --- Streams that never end, or end late ---
check "-l of an endless pipe" prints $'y\ny\ny\ny\ny\n' '(yes || :) 2> /dev/null | "$MMCAT" -l 5:10'
check "-b of an endless pipe" prints $'\ny\ny\n' '(yes || :) 2> /dev/null | "$MMCAT" -b 5:10'
check "-c of an endless pipe" prints $'999995\n' \
	'(yes || :) 2> /dev/null | "$MMCAT" -c -l 5:1000000'
check "-b of an endless device" prints $'5\n' '"$MMCAT" -b 1000000:1000005 /dev/zero | wc -c'
# The writer stays open, so mmcat must not wait for more than it needs.
mkfifo held
for case in "-l 0:2|a,b," "-b 0:4|a,b," "-l 1|b," "-cl 0:2|2," "-b 0:0|" "-l 3:3|" "-cl 3:1|0,"; do
	check "no waiting for a writer: ${case%|*}" prints "${case#*|}" '
		exec 3<> held
		printf "a\nb\n" >&3
		timeout 10 "$MMCAT" '"${case%|*}"' < held | tr "\n" ,'
done
rm held
check "lines come as they are written" prints $'one\ntwo\n' '
	mkfifo to from; "$MMCAT" -l 0: < to > from & exec 3> to 4< from
	echo one >&3; read -r -t 10 line <&4; echo "$line"
	echo two >&3; read -r -t 10 line <&4; echo "$line"'

# --- FIFOs by name: open(2) waits for the writer ---
mkfifo fifo
fifo()
{
	timeout 20 bash -c "cat numbers > fifo & timeout 20 \"\$MMCAT\" $1; wait" > out 2> /dev/null
	cmp out "$2"
}
tac numbers > reversed
cat letters numbers letters > joined
check "a FIFO" fifo "fifo" numbers
check "a FIFO reversed" fifo "-r fifo" reversed
check "a FIFO among files" fifo "letters fifo letters" joined
check "a FIFO, first lines" fifo "-l :5 fifo" <(head -n 5 numbers)
check "a FIFO, last lines" fifo "-l -5: fifo" <(tail -n 5 numbers)

# --- Files whose reported size is wrong ---
for file in /proc/version /proc/filesystems /sys/kernel/mm/transparent_hugepage/enabled; do
	[ -r $file ] || { echo "skipped: no $file here"; continue; }
	cat $file > copy
	check "$file" cmp copy <("$MMCAT" $file)
	check "$file as standard input" cmp copy <("$MMCAT" < $file)
	check "$file counted" [ "$("$MMCAT" -c $file)" = "$(grep -c '' copy)" ]
	check "$file reversed" cmp <(tac copy) <("$MMCAT" -r $file)
	check "$file, first bytes" cmp <(head -c 7 copy) <("$MMCAT" -b :7 $file)
	check "$file, last bytes" cmp <(tail -c 7 copy) <("$MMCAT" -b -7: $file)
	check "$file, first line" cmp <(head -n 1 copy) <("$MMCAT" -l 0 $file)
	check "$file, last line" cmp <(tail -n 1 copy) <("$MMCAT" -l -1 $file)
	check "$file, the rest" cmp <(tail -c +4 copy) <(("$MMCAT" -b :3 > /dev/null; cat) < $file)
	check "$file, the rest of the lines" \
		cmp <(tail -n +2 copy) <(("$MMCAT" -l 0 > /dev/null; cat) < $file)
done
check "/dev/null" prints $'0\n' '"$MMCAT" -c /dev/null; "$MMCAT" -r /dev/null; "$MMCAT" /dev/null'

# fails PATTERN COMMAND... : status 2, no output, one message that matches.
fails()
{
	local pattern=$1

	shift
	"$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -qx "$pattern" err ||
		{ cat err; return 1; }
}
if [ -r /proc/self/mem ]; then
	error='mmcat: /proc/self/mem: cannot read\( at byte 0\)\?: \(Input/output\|I/O\) error'
	for options in "" -c -r "-l 1:2"; do
		check "a read error: $options" fails "$error" "$MMCAT" $options /proc/self/mem
	done
fi
check "standard input for writing only" \
	fails 'mmcat: standard input: cannot read: Bad file descriptor.*' "$MMCAT" 0> write-only
check "a folder as standard input" \
	fails 'mmcat: standard input: cannot read: Is a directory' "$MMCAT" -c < .

# --- Actions that need the whole stream save it in TMPDIR ---
mkdir spool
for options in -r "-l -2:" "-b -9:-3" -i; do
	cat numbers | TMPDIR="$tmp/spool" "$MMCAT" $options > out
	check "a saved stream, status: $options" [ "${PIPESTATUS[1]}" = 0 ]
	check "TMPDIR is empty afterwards: $options" [ -z "$(ls -A spool)" ]
	check "TMPDIR is missing: $options" \
		fails "mmcat: standard input: cannot save the input in '/no\\\\x0awhere': .*" \
		env TMPDIR=$'/no\nwhere' "$MMCAT" $options < <(cat numbers)
	check "the disk is full: $options" \
		fails 'mmcat: standard input: cannot save.*: File too large; set TMPDIR to another folder' \
		bash -c 'ulimit -f 100; trap "" XFSZ; exec "$MMCAT" "$@"' - $options \
		< <(cat numbers)
done
# Bytes after the selection are neither saved nor waited for.
for options in "-r -l 2:5" "-r -b 1:+8 -m 2" "-i -b :5000" "-i -l 3:+4" "-i -m 3"; do
	check "a selection of an endless stream: $options" \
		bash -c 'set -o pipefail; trap "" XFSZ; ulimit -f 1000
			diff <(yes | head -n 4000 | "$MMCAT" "$@") <(yes 2> /dev/null | "$MMCAT" "$@")' \
		- $options
done
check "a saved selection is all that is read" \
	bash -c '[ "$(printf "a\nb\nc\nd\n" | { "$MMCAT" -r -b :4; echo -; cat; } | tr -d "\n")" = ba-cd ]'
check "actions that stream do not save" \
	env TMPDIR=/nowhere bash -c 'cat numbers | "$MMCAT" -l 5: | cmp - <(tail -n +6 numbers)'
check "a file is not saved" env TMPDIR=/nowhere bash -c '"$MMCAT" -r numbers | cmp - reversed'
check "other files are still processed" cmp reversed \
	<(cat letters | TMPDIR=/nowhere "$MMCAT" -r - numbers 2> /dev/null)
