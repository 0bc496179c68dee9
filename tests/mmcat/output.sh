#!/usr/bin/env bash
# output.sh - every kind of output: nothing is lost, and every failure is reported
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

cd "$tmp" || exit 99
seq 300000 > numbers
tac numbers > reversed
printf 'a\nb\nc\n' > abc
: > empty

# fails MESSAGE STATUS: the last run had status 2, and printed only this message.
fails()
{
	[ "$2" = 2 ] && [ "$(cat err)" = "mmcat: $1" ] || { echo "status $2"; cat err; return 1; }
}

# --- Standard output that cannot be written ---
for options in "" -c -r -i "-l -1" "-b 0:2" --help --version; do
	for file in abc numbers; do
		"$MMCAT" $options $file >&- 2> err
		check "closed: $options $file" fails "cannot write to standard output: Bad file descriptor" $?
		"$MMCAT" $options $file 1< abc 2> err
		check "read-only: $options $file" fails "cannot write to standard output: Bad file descriptor" $?
		[ -c /dev/full ] || continue
		"$MMCAT" $options $file > /dev/full 2> err
		check "full: $options $file" fails "cannot write to standard output: No space left on device" $?
	done
done
"$MMCAT" >&- 2> err < <(cat numbers)
check "closed, of a pipe" fails "cannot write to standard output: Bad file descriptor" $?
cp numbers kept
"$MMCAT" kept >&- 2> err <&-
check "input and output are closed" fails "cannot write to standard output: Bad file descriptor" $?
check "no file is written to in place of a closed output" cmp numbers kept

# A limit on the size of files, met by copy_file_range and by write.
for options in "" -r "-l 1:"; do
	(ulimit -f 100; trap '' XFSZ; "$MMCAT" $options numbers > limited 2> err)
	check "limited: $options" fails "cannot write to standard output: File too large" $?
done

# --- Files ---
"$MMCAT" numbers > out
check "a file to a file" cmp numbers out
{ echo before; "$MMCAT" -l 100000: numbers; echo behind; } > out
check "between others" cmp out <(echo before; tail -n +100001 numbers; echo behind)
echo before > out
"$MMCAT" numbers >> out
check "appended" cmp out <(echo before; cat numbers)
for options in "" -r; do
	"$MMCAT" $options abc numbers empty abc > out
	"$MMCAT" $options abc numbers empty abc | cat > piped
	case $options in
	-r) { tac abc; tac numbers; tac abc; } > wanted ;;
	*) cat abc numbers abc > wanted ;;
	esac
	check "short and long files, to a file $options" cmp wanted out
	check "short and long files, to a pipe $options" cmp wanted piped
done
"$MMCAT" numbers abc > /dev/null
check "to nowhere" [ $? = 0 ]
check "standard input among files" cmp <(cat abc numbers abc) <("$MMCAT" abc - abc < numbers)
check "a pipe among files" cmp <(cat abc numbers abc) <(cat numbers | "$MMCAT" abc - abc)

# --- The output is the input: mmcat would read what it has written ---
same="cannot print: input file is output file"
cp numbers same
ln same linked
for options in "" -r "-b 5:" "-l -2:"; do
	"$MMCAT" $options same >> same 2> err
	check "onto its own end: $options" fails "same: $same" $?
	"$MMCAT" $options linked >> same 2> err
	check "onto its own end by another name: $options" fails "linked: $same" $?
	"$MMCAT" $options < same >> same 2> err
	check "onto its own end as standard input: $options" fails "standard input: $same" $?
	check "nothing was written: $options" cmp numbers same
done
"$MMCAT" abc same abc >> same 2> err
check "among others" fails "same: $same" $?
check "the others are appended" cmp same <(cat numbers abc abc)

# An empty file is no input, until the output of a file before it arrives in it. The limit ends a
# run that would fill the disk.
for redirect in '> empty' '>> empty' '1<> empty'; do
	: > empty
	(ulimit -f 1000; eval "timeout 20 \"\$MMCAT\" abc empty $redirect" 2> err)
	check "empty, and the output: $redirect" fails "empty: $same" $?
	check "the output of files before it is printed: $redirect" cmp abc empty
done
: > empty

cp numbers same
"$MMCAT" -b 7: same 1<> same
check "shifted down in place: status" [ $? = 0 ]
check "shifted down in place" cmp same <(tail -c +8 numbers; tail -c 7 numbers)
cp numbers same
"$MMCAT" -r same 1<> same 2> err
check "reversed in place" fails "same: $same" $?
check "reversed in place: nothing is written" cmp numbers same
cp numbers same
"$MMCAT" abc same 1<> same 2> err
check "shifted up in place" fails "same: $same" $?

need python3
check "non-blocking and broken pipes, sockets, offsets" \
	timeout 600 python3 "$here/output.py" "$MMCAT" "$tmp"
