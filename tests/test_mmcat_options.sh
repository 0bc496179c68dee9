#!/usr/bin/env bash
# test_mmcat_options.sh - the command line: what is refused, in which words, with which status
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

# The program itself, not the script that libtool puts in front of it: its messages start with its
# own name, and it starts faster.
if [ -x "${MMCAT%/*}/.libs/mmcat" ]; then
	export LD_LIBRARY_PATH="${MMCAT%/*}/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
	MMCAT=${MMCAT%/*}/.libs/mmcat
fi
cd "$tmp" || exit 99
printf 'a\nb\nc\n' > abc
printf 'a;b;c' > semicolons
printf 'a\0b\0' > nuls

# says STATUS STDOUT STDERR ARGUMENT... : all three are exactly so.
says()
{
	local wanted=$1 out=$2 err=$3 status

	shift 3
	"$MMCAT" "$@" > out 2> err < /dev/null
	status=$?
	[ "$status" = "$wanted" ] || echo "status $status, wanted $wanted"
	printf %s "$out" | cmp - out && printf %s "$err" | cmp - err && [ "$status" = "$wanted" ] ||
		{ cat out err; return 1; }
}

# refuses STDERR ARGUMENT...
refuses()
{
	says 2 "" "mmcat: $1"$'\n' "${@:2}"
}

for range in "" x 5:x x:5 1:2:3 :: 1.5 +1 1:+-1 1:++1 1:+ --1 -  1- 0x 0xg:1 -0x 1e3:x \
	"1 " " 1" "1 :2" "1: 2" "1:2 " 1,2 1-2 1B 1b 1Ki 1KK 1kib 1KIB 1_000 ١; do
	check "-b '$range' is refused" refuses "invalid range '$range'" -b "$range" abc
	check "--lines='$range' is refused" refuses "invalid range '$range'" "--lines=$range" abc
done
check "control bytes of a range are escaped" \
	refuses "invalid range '1\\x0a\\x1b[31m\\x7f'" -l $'1\n\e[31m\x7f' abc

for delimiter in "" ab '\q' '\x' '\x4' '\x0x' '\xzz' '\x 5' '\x+5' '\x-5' $'\\x\t5' '\x041' '\00' \
	'\n\n' é; do
	quoted=${delimiter//$'\t'/\\x09}
	check "-d '$quoted' is refused" refuses "invalid delimiter '$quoted'" -d "$delimiter" abc
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

check "-b and -l" refuses "only one of -b, -l and -s at a time" -b 1 -l 1 abc
check "-c and -r" refuses "only one of -r and -c at a time" -c -r abc
check "-ir" refuses "only one of -i and -r at a time" -ir abc
check "-x and -t" refuses "only one of -x and -t at a time" -x -t u8 abc
check "-f and -c" refuses "-f cannot be used with another action" -f -c abc
check "-f and -s" refuses "-f cannot be used with -s" -s 1/2 -f abc
check "--json and -r" refuses "--json cannot be used with anything but -i, -c, -e, -E and -t" \
	-r --json abc
check "an action twice is once" says 0 $'3\n' "" -cc abc
check "the last range counts" says 0 "c" "" -b 0:2 -b 4 abc
check "a range that begins with -" says 0 $'c\n' "" -l -1: abc
check "options behind a file" says 0 $'3\n' "" abc -c
check "-- ends the options" refuses "-c: No such file or directory" -- -c

usage=$'Usage: mmcat [OPTION]... [FILE]...\nTry \'mmcat --help\' for more.\n'
says_usage()
{
	says 2 "" "mmcat: $1"$'\n'"$usage" "${@:2}"
}
# The C library writes these; all know the first words alike.
unknown_option()
{
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && head -n 1 err | grep -q '^mmcat: ' && tail -n +2 err |
		cmp - <(printf %s "$usage") || { cat out err; return 1; }
}
check "-z" unknown_option -z abc
check "--nonsense" unknown_option --nonsense abc
check "-b without a range" unknown_option abc -b
check "--count=1" unknown_option --count=1 abc
check "the wrong letter of a word is named" says_usage "invalid option '-z'" --quiet -zq abc
check "a letter without its argument is named" says_usage "option '-b' needs an argument" --quiet -qb

# Other files are still done.
missing=$'mmcat: nowhere: No such file or directory\n'
check "missing, printing" says 2 $'a\nb\nc\na\nb\nc\n' "$missing" abc nowhere abc
check "missing, counting" says 2 $'abc:3\nabc:3\n' "$missing" -c abc nowhere abc
check "missing, reversing" says 2 $'c\nb\na\n' "$missing" -r nowhere abc
check "missing alone" says 2 "" "$missing" nowhere
check "a folder" says 2 $'a\nb\nc\n' $'mmcat: .: Is a directory\n' . abc
check "a file used as a folder" says 2 $'c\n' $'mmcat: abc/x: Not a directory\n' -l 2 abc/x abc
# Not by root, who may read everything.
mkdir locked
: > locked/file
chmod 000 locked
stranger=()
[ "$(id -u)" != 0 ] || stranger=(setpriv --reuid=65534 --regid=65534 --clear-groups)
chmod 755 .
if "${stranger[@]}" "$MMCAT" --version > /dev/null 2>&1; then
	mmcat=$MMCAT
	strangely()
	{
		"${stranger[@]}" "$mmcat" "$@"
	}
	MMCAT=strangely
	check "a folder that may not be read" \
		says 2 $'a\nb\nc\n' $'mmcat: locked: Permission denied\n' locked abc
	check "a file in such a folder" \
		says 2 $'abc:3\n' $'mmcat: locked/file: Permission denied\n' -c locked/file abc
	MMCAT=$mmcat
else
	echo "left out: nobody here who may not read a folder"
fi
chmod 755 locked
check "control bytes of a file's name are escaped" says 2 "" \
	$'mmcat: no\\x0afi\\x1ble\\x7f: No such file or directory\n' $'no\nfi\ele\x7f'
# The longest path there is, each byte of which takes four: the reason comes behind it.
folder=$(printf '%250s' '' | tr ' ' '\001')
deep=$(printf "$folder/%.0s" {1..16})
check "the reason is told behind any name" says 2 "" \
	"mmcat: ${deep//$'\001'/'\x01'}gone: No such file or directory"$'\n' "${deep}gone"
mkdir -p "$deep"
(cd "$deep" && : > here)
check "-i tells any name" \
	grep -qFx "file:      ${deep//$'\001'/'\x01'}here" <("$MMCAT" -i "${deep}here")
: > empty
check "an empty file" says 0 "" "" empty
check "an empty file has no lines" says 0 $'0\n' "" -c empty
check "an empty file reversed" says 0 "" "" -r empty
check "one file needs no name" says 0 $'3\n' "" -c abc
check "two files do" says 0 $'abc:3\nempty:0\n' "" -c abc empty

# From and to standard descriptors that are not open.
"$MMCAT" 2> err <&-
check "standard input is closed: status" [ $? = 2 ]
check "standard input is closed" [ "$(cat err)" = "mmcat: standard input: Bad file descriptor" ]
"$MMCAT" nowhere abc > out 2>&-
check "standard error is closed: status" [ $? = 2 ]
check "standard error is closed" cmp abc out
timeout 10 "$MMCAT" -f 2> err <&-
check "standard input is closed and followed: status" [ $? = 2 ]
check "standard input is closed and followed" \
	[ "$(cat err)" = "mmcat: standard input: Bad file descriptor" ]

check "--version" grep -q '^mmcat (mmreader) [0-9]' <("$MMCAT" --version)
check "-h is --help" cmp <("$MMCAT" -h) <("$MMCAT" --help)
for option in bytes lines reverse count info delimiter help version; do
	check "--help names --$option" grep -q -e "--$option" <("$MMCAT" --help)
done

# By another name it says that name, without folders and control bytes.
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
