#!/usr/bin/env bash
# options.sh - the command line: what is refused, the message, and the status
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

cd "$tmp" || exit 99
exec < /dev/null
printf 'a\nb\nc\n' > abc
printf 'a;b;c' > semicolons
printf 'a\0b\0' > nuls

bytes="use START:END or START:+LENGTH, counted from 0, such as 5:10, -3: or 4K:+512"
lines="use START:END or START:+LENGTH, counted from 0, such as 5:10 or -3:, or FIRST,LAST, counted from 1, such as 6,10"
for range in "" x 5:x x:5 1:2:3 :: 1.5 +1 1:+-1 1:++1 1:+ --1 -  1- 0x 0xg:1 -0x 1e3:x 1e-3 1. .5 \
	"1 " " 1" "1 :2" "1: 2" "1:2 " 1-2 1B 1b 1Ki 1KK 1kib 1KIB 1__0 _1 1_ 0x_1 ١; do
	check "-b '$range' is refused" refuses "invalid range '$range'; $bytes" -b "$range" abc
	check "--lines='$range' is refused" refuses "invalid range '$range'; $lines" \
		"--lines=$range" abc
done
for range in 1,2 1, ,2 1,+2 0.1K; do
	check "-b '$range' is refused" refuses "invalid range '$range'; $bytes" -b "$range" abc
done
for range in ,2 , 1,2,3 1,-2 -1,2 1,x '1,$' 1:2,3 1,+ 1,+x "1, 2" 1,:2; do
	check "-l '$range' is refused" refuses "invalid range '$range'; $lines" -l "$range" abc
done
for range in 0,2 0, 0,+2 1,0 0,0; do
	check "-l '$range' is refused" refuses \
		"invalid range '$range'; use FIRST,LAST counted from 1, such as 1,5" -l "$range" abc
done
check "-l 3,2 is refused" refuses "invalid range '3,2'; use FIRST,LAST with FIRST <= LAST" -l 3,2 abc
for option in -b -l; do
	check "a length without a start, $option" refuses \
		"invalid range ':+60'; use START:+LENGTH, such as 0:+60" $option :+60 abc
done
check "control bytes of a range are escaped" \
	refuses "invalid range '1\\x0a\\x1b[31m\\x7f'; $lines" -l $'1\n\e[31m\x7f' abc
check "-l FIRST,LAST" says 0 $'b\nc\n' "" -l 2,3 abc
check "-l FIRST,LAST of one line" says 0 $'b\n' "" -l 2,2 abc
check "-l FIRST,LAST beyond the end" says 0 $'c\n' "" -l 3,1e30 abc
check "-l FIRST," says 0 $'b\nc\n' "" -l 2, abc
check "-l FIRST,+MORE" says 0 $'a\nb\n' "" -l 1,+1 abc
check "-l FIRST,+0" says 0 $'b\n' "" -l 2,+0 abc
check "-l FIRST,+ with the largest number" says 0 $'b\nc\n' "" -l 2,+9e30 abc

# number TEXT LINES BYTES : what the number means to -l and -b, in bytes of a longer file.
seq -w 0 9999999 > seven
number()
{
	diff <(printf '%07d\n' "$2") <("$MMCAT" -l "$1" seven) &&
		cmp <(tail -c "+$(($3 + 1))" seven | head -c 9) <("$MMCAT" -b "$1:+9" seven)
}
for each in "5e6 5000000 5000000" "5E6 5000000 5000000" "5e+06 5000000 5000000" "0x10 16 16" \
	"5_000_000 5000000 5000000" "1.5e3 1500 1500" "1.5K 1500 1536" "2K 2000 2048" \
	"2k 2000 2048" "2KB 2000 2000" "2KiB 2048 2048" "1M 1000000 1048576" "1.50e1 15 15" "0.5K 500 512" \
	"010 10 10" "0x1_0 16 16" "0x5e6 1510 1510" "0e99 0 0" "1.25KiB 1280 1280"; do
	# shellcheck disable=SC2086
	set -- $each
	check "$1 is $2 lines or $3 bytes" number "$1" "$2" "$3"
done
check "a fraction that gives whole lines" says 0 "" "" -l 0.001M abc
check "a fraction that does not give whole bytes" refuses "invalid range '0.001M'; $bytes" -b 0.001M abc
check "exponents have underscores too" says 0 "" "" -l 1_0e1_0 abc
check "-m takes powers of 1000" says 0 $'2000\n' "" -c -m 2K seven
check "-m takes an exponent" says 0 $'2000\n' "" -c -m 2e3 seven
check "-m without a number" refuses "invalid count '1.5'; use a whole number, such as 100 or 5e6" -m 1.5 abc
check "-j of too many threads" refuses "invalid number of threads '4097'; use a number from 1 to 4096" -j 4097 abc
check "-w of 0" refuses "invalid width '0'; use a number from 1 to 4096" -x -w 0 abc
check "an invalid colour" refuses "invalid --color value 'red'; use auto or always or never" --color=red abc
check "an invalid shard" refuses "invalid shard '3/2'; use K/N with 1 <= K <= N, such as 2/4, or auto" \
	-s 3/2 abc
escapes='\n \t \r \0 \\ \xHH'
for text in '\q' 'a\' '\x1' 'x\N'; do
	check "-e '$text' is refused" refuses "invalid text '$text'; use only the escapes $escapes" -e "$text" abc
done

for delimiter in "" ab '\q' '\x' '\x4' '\x0x' '\xzz' '\x 5' '\x+5' '\x-5' $'\\x\t5' '\x041' '\00' \
	'\n\n' é; do
	quoted=${delimiter//$'\t'/\\x09}
	check "-d '$quoted' is refused" refuses \
		"invalid delimiter '$quoted'; use one byte or one of the escapes $escapes" -d "$delimiter" abc
done
check "-d ;" says 0 $'3\n' "" -c -d ';' semicolons
check "-d \\0" says 0 $'2\n' "" -c -d '\0' nuls
check "-d \\x3b" says 0 "b;" "" -l 1 -d '\x3b' semicolons
check "-d \\x3B" says 0 "c;b;a;" "" -r -d '\x3B' semicolons
printf 'a\\b\tc\rd\n' > escapes
check "-d \\\\" says 0 'a\' "" -l 0 -d '\\' escapes
check "-d \\ alone" says 0 'a\' "" -l 0 -d '\' escapes
check "-d \\t" says 0 $'a\\b\t' "" -l 0 -d '\t' escapes
check "-d \\r" says 0 $'d\n' "" -l 1 -d '\r' escapes
check "-d \\n" says 0 $'1\n' "" -c -d '\n' escapes

check "-b and -s" refuses "cannot use -s with -b or -l" -b 1 -s 1/2 abc
check "-s and -l" refuses "cannot use -s with -b or -l" -s 1/2 -l 1 abc
check "-c and -r" refuses "cannot use -r with -c" -c -r abc
check "-ir" refuses "cannot use -i with -r" -ir abc
check "-x and -t" refuses "cannot use -x with -t" -x -t u8 abc
check "-f and -c" refuses "cannot use -f with another action" -f -c abc
check "-f and -s" refuses "cannot use -f with -s" -s 1/2 -f abc
check "--json and -r" refuses "cannot use --json without -i, -c, -e, -E, -F, -t, -u or --compare" \
	-r --json abc
check "an action that is given twice counts once" says 0 $'3\n' "" -cc abc
# shellcheck disable=SC2046
check "256 ranges" says 0 "$(printf 'a\n%.0s' {1..256})"$'\n' "" $(printf -- '-l0 %.0s' {1..256}) abc
# shellcheck disable=SC2046
check "257 ranges" refuses "cannot use -b and -l more than 256 times" $(printf -- '-l0 %.0s' {1..257}) abc
check "ranges are printed in their order" says 0 $'ca\nb\n' "" -b 4 -l :2 abc
check "-e twice" says 0 $'a\nb\n' "" -e a -e b abc
if "$MMCAT" -E a abc > out 2>&1; then
	check "-E twice" says 0 $'a\nb\n' "" -E a -E b abc
	check "-e and -E" says 0 $'b\nc\n' "" -e c -E b abc
fi
check "the same -e twice" says 0 $'1\n' "" -c -e a -e a abc
for twice in "-d ; -d x" "-m 1 -m 2" "-j 1 -j 2" "-s 1/2 -s 2/2" "-t u8 -t i8" "-x -w 8 -w 9" "-m 1 -m 01"; do
	# shellcheck disable=SC2086
	set -- $twice
	first=${*: -3:1} second=${*: -1}
	# shellcheck disable=SC2086
	check "$twice" refuses "cannot use ${*: -2:1} with two values: '$first' and '$second'" $twice abc
done
check "--color twice" refuses "cannot use --color with two values: 'auto' and 'never'" --color auto --color=never abc
check "the same value twice counts once" says 0 $'a\n' "" -m 1 -m 1 -s 1/1 -s 1/1 -j 2 -j 2 abc
check "a range that begins with -" says 0 $'c\n' "" -l -1: abc
check "options after a file" says 0 $'3\n' "" abc -c
check "-- ends the options" refuses "-c: cannot open: No such file or directory" -- -c

usage=$'Usage: mmcat [OPTION]... [FILE]...\nTry \'mmcat --help\' for more information.\n'
says_usage()
{
	says 2 "" "mmcat: $1"$'\n'"$usage" "${@:2}"
}
# The C library writes these messages; only the start is always the same.
unknown_option()
{
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && head -n 1 err | grep -q '^mmcat: ' && tail -n +2 err |
		cmp - <(printf %s "$usage") || { cat out err; return 1; }
}
check "an ambiguous option" says_usage "option '--co' is ambiguous: --color, --compare, --context, --count" --co abc
check "an ambiguous option with a value" \
	says_usage "option '--co=x' is ambiguous: --color, --compare, --context, --count" --co=x abc
check "an option that takes no argument" says_usage "option '--count' takes no argument" --coun=1 abc
check "-z" unknown_option -z abc
check "--nonsense" unknown_option --nonsense abc
check "-b without a range" unknown_option abc -b
check "--count=1" unknown_option --count=1 abc
check "--json=lines" says_usage "option '--json' takes no argument" --json=lines abc
check "--verbose" says_usage "invalid option '--verbose'" --verbose abc
check "the wrong letter of several is named" says_usage "invalid option '-z'" --quiet -zq abc
check "a letter without its argument is named" says_usage "option '-b' requires an argument" --quiet -qb

# Other files are still done.
missing=$'mmcat: nowhere: cannot open: No such file or directory\n'
check "missing, printing" says 2 $'a\nb\nc\na\nb\nc\n' "$missing" abc nowhere abc
check "missing, counting" says 2 $'abc:3\nabc:3\n' "$missing" -c abc nowhere abc
check "missing, reversing" says 2 $'c\nb\na\n' "$missing" -r nowhere abc
check "missing alone" says 2 "" "$missing" nowhere
check "a folder" says 2 $'a\nb\nc\n' $'mmcat: .: cannot read: Is a directory\n' . abc
check "a file used as a folder" says 2 $'c\n' $'mmcat: abc/x: cannot open: Not a directory\n' -l 2 abc/x abc
# Not by root, who may read everything.
mkdir locked
: > locked/file
chmod 000 locked
stranger=()
[ "$(id -u)" != 0 ] || stranger=(setpriv --reuid=65534 --regid=65534 --clear-groups)
chmod 755 .
if "${stranger[@]}" "$MMCAT" --version > /dev/null 2>&1; then
	mmcat=$MMCAT
	mmcat_as_stranger()
	{
		"${stranger[@]}" "$mmcat" "$@"
	}
	MMCAT=mmcat_as_stranger
	check "a folder that may not be read" \
		says 2 $'a\nb\nc\n' $'mmcat: locked: cannot open: Permission denied\n' locked abc
	check "a file in such a folder" \
		says 2 $'abc:3\n' $'mmcat: locked/file: cannot open: Permission denied\n' -c locked/file abc
	MMCAT=$mmcat
else
	echo "left out: no user who may not read a folder"
fi
chmod 755 locked
check "control bytes of a file's name are escaped" says 2 "" \
	$'mmcat: no\\x0afi\\x1ble\\x7f: cannot open: No such file or directory\n' $'no\nfi\ele\x7f'
# The longest path there is, each byte of which takes four: the reason comes behind it.
folder=$(printf '%250s' '' | tr ' ' '\001')
deep=$(printf "$folder/%.0s" {1..16})
check "a message has the reason after any name" says 2 "" \
	"mmcat: ${deep//$'\001'/'\x01'}gone: cannot open: No such file or directory"$'\n' "${deep}gone"
mkdir -p "$deep"
(cd "$deep" && : > here)
check "-i prints any name" \
	grep -qFx "file:      ${deep//$'\001'/'\x01'}here" <("$MMCAT" -i "${deep}here")
: > empty
check "an empty file" says 0 "" "" empty
check "an empty file has no lines" says 0 $'0\n' "" -c empty
check "an empty file reversed" says 0 "" "" -r empty
check "one file needs no name" says 0 $'3\n' "" -c abc
check "two files need names" says 0 $'abc:3\nempty:0\n' "" -c abc empty

# Standard descriptors that are closed.
"$MMCAT" 2> err <&-
check "standard input is closed: status" [ $? = 2 ]
check "standard input is closed" [ "$(cat err)" = "mmcat: standard input: cannot read: Bad file descriptor" ]
"$MMCAT" nowhere abc > out 2>&-
check "standard error is closed: status" [ $? = 2 ]
check "standard error is closed" cmp abc out
timeout 10 "$MMCAT" -f 2> err <&-
check "standard input is closed and followed: status" [ $? = 2 ]
check "standard input is closed and followed" \
	[ "$(cat err)" = "mmcat: standard input: cannot read: Bad file descriptor" ]

check "--version" grep -q '^mmcat (mmreader) [0-9]' <("$MMCAT" --version)
check "-h is --help" cmp <("$MMCAT" -h) <("$MMCAT" --help)
for option in bytes lines reverse count info delimiter help version; do
	check "--help names --$option" grep -q -e "--$option" <("$MMCAT" --help)
done

# By another name, mmcat uses that name in messages, without folders and control bytes.
ln -s "$MMCAT" 'other name'
renamed()
{
	local out

	out=$("$@" 2>&1)
	[ $? = 2 ] && printf '%s\n' "$out" | head -n 1 | grep -q "^other name: " && return
	printf '%s\n' "$out"
	return 1
}
check "another name, a missing file" renamed "$tmp/other name" nowhere
check "another name, a wrong range" renamed "./other name" -b x
check "another name, a wrong option" renamed "./other name" -z
check "another name, --help" sh -c '"$0" --help | grep -q "^Usage: other name "' "./other name"
ln -s "$MMCAT" $'ot\ther'
check "a name with a control byte" sh -c '! "$0" -b x nowhere 2>&1 | grep "	"' $'./ot\ther'
