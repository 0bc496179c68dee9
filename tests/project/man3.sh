#!/usr/bin/env bash
# man3.sh - the manual pages of section 3 agree with the headers, and their programs are right
#
# Pages are compared as mandoc prints them, so an error of the program that makes them, or of its
# markup, is found: man3.py does this. The programs are compiled as they are printed.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3 mandoc
headers=$top_srcdir/include/mmreader
compare=$here/man3.py

# A release has the pages in its source.
mkdir "$tmp/pages" "$tmp/prototypes" "$tmp/programs" || exit 99
cp "$top_srcdir"/man3/*.3 "$tmp/pages" 2> /dev/null
cp "$top_builddir"/man3/*.3 "$tmp/pages" 2> /dev/null
[ -e "$tmp/pages/mmreader.3" ] || fail "no pages"

# --- Pages ----------------------------------------------------------------------------------------

# print PAGE : writes what mandoc prints for a page, without bold letters and broken lines.
print()
{
	mandoc -T ascii -O width=200,indent=5 "$1" 2> /dev/null | sed 's/.\x08//g' > "${1%.3}.txt"
}
for page in "$tmp"/pages/*.3; do
	check "mandoc accepts ${page##*/}" lint "$page"
	print "$page"
done

echo '#include <mmreader.h>' > "$tmp/all.c"
cpp="$CC -I$top_srcdir/include -E"
$cpp -P "$tmp/all.c" > "$tmp/preprocessed" && $cpp -dM "$tmp/all.c" > "$tmp/all_macros" || fail "$cpp"
grep '^#define MMR_' "$tmp/all_macros" > "$tmp/macros"
library=$top_builddir/.libs/libmmreader.so
[ -e "$library" ] || skip "no shared library was built"
$NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' > "$tmp/exports"

# Each comparison, for a folder of pages.
names() { python3 "$compare" names "$headers" "$1" "$tmp/preprocessed" "$tmp/exports"; }
others() { python3 "$compare" others "$1" "$tmp/preprocessed" "$tmp/macros"; }
prototypes() { python3 "$compare" prototypes "$1" "$tmp/preprocessed" "$tmp/prototypes"; }
comments() { python3 "$compare" comments "$headers" "$1"; }
compiles()
{
	"$CC" -std=c11 -Wall -Wextra -Werror -I"$top_srcdir/include" -fsyntax-only "$1"
}

check "each call is named by one page" names "$tmp/pages"
check "each type, constant and macro is in one page" others "$tmp/pages"
check "the prototypes are those of the headers" prototypes "$tmp/pages"
for file in "$tmp"/prototypes/*.c; do
	check "prototypes of ${file##*/} compile after the header" compiles "$file"
done
check "the pages have the comments of the headers" comments "$tmp/pages"

# notices COMPARISON PAGE SED : a change to a page is found.
notices()
{
	rm -rf "$tmp/wrong"
	cp -R "$tmp/pages" "$tmp/wrong" && sed -i "$3" "$tmp/wrong/$2.3" &&
		! cmp -s "$tmp/wrong/$2.3" "$tmp/pages/$2.3" || return
	print "$tmp/wrong/$2.3"
	! "$1" "$tmp/wrong" > "$tmp/notices"
}
check "a missing name is noticed" notices names mmr_lines '/^\.Nm mmr_lines_rest/d'
check "a call in two pages is noticed" notices names mmr_lines 's/^\.Nm mmr_lines_rest/& ,\n.Nm mmr_open/'
check "a missing page in the list is noticed" notices names mmreader '/^\.It Xr mmr_scan/d'
check "a missing type is noticed" notices others mmr_lines 's/^\.It Vt mmr_line_batch/.It Vt other/'
check "a missing constant is noticed" notices others mmr_error '/^\.It Dv MMR_ELONG/d'
check "a missing member is noticed" notices others mmr_scan '/^\.It Vt "uint64_t n_lines"/d'
check "a wrong argument is noticed" notices prototypes mmr_lines 's/^\.Fa "size_t off"/.Fa "size_t at"/'
check "a missing prototype is noticed" notices prototypes mmr_base '/^\.Fo mmr_version/,/^\.Fc/d'
check "a missing word is noticed" notices comments mmr_lines 's/terminators/ends/'
check "a missing label is noticed" notices comments mmr_array 's/^\.Em Units :/.Em Size :/'
check "an error of another call is noticed" notices comments mmr_index '
	/^\.Sh ERRORS/,$s/^\.It Fn mmr_index_join/.It Fn mmr_index_path/'
refuses_wrong_type()
{
	sed 's/^ *mmr_slice_equal(mmr_slice a/     mmr_slice_equal(int a/' "$tmp/prototypes/mmr_slice.c" > "$tmp/wrong.c"
	! cmp -s "$tmp/wrong.c" "$tmp/prototypes/mmr_slice.c" && ! compiles "$tmp/wrong.c"
}
check "a wrong type is noticed" refuses_wrong_type

# --- Programs -------------------------------------------------------------------------------------

check "each page has a program" python3 "$compare" programs "$tmp/pages" "$tmp/programs"

build()
{
	# shellcheck disable=SC2086  # a list of options
	$CC -std=c11 -O1 -Wall -Wextra -Werror $SANITIZER_FLAGS -I"$top_srcdir/include" \
		-o "$tmp/programs/$1" "$tmp/programs/$1.c" -L"$top_builddir/.libs" -lmmreader
}
export LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
for file in "$tmp"/programs/*.c; do
	name=${file##*/}
	check "the program of ${name%.c} builds" build "${name%.c}"
done

cd "$tmp" || exit 99
python3 - <<'END' || exit 99
import random, struct
rng = random.Random(7)
with open("log", "w") as log:
	for i in range(3000):
		log.write("%05d %s (web-%d) [GET] status=%d\n" % (i, rng.choice(["INFO", "ERROR"]), i % 7,
			rng.choice([200, 404, 500])))
with open("table", "w") as table:
	table.write('id,name\n1,plain\n2,"with ""quotes"", and commas"\n3,\n4,"two\nlines",more\n')
with open("numbers", "wb") as numbers:
	numbers.write(struct.pack(">1000I", *(rng.randrange(2**32) for _ in range(1000))))
with open("records", "wb") as records:
	for i in range(100):
		records.write(struct.pack("<Id4s", i, rng.randrange(10000) / 100, b"AB%d" % (i % 100)))
END

# same NAME COMMAND ORACLE : the program of a page prints what the oracle prints.
same()
{
	(PATH=$tmp/programs:$PATH && eval "$2") > got 2> message || { cat message; return 1; }
	(eval "$3") > right && [ -s right ] || return
	diff got right
}
program()
{
	check "the program of $1: $2" same "$@"
	tested="$tested $1"
}
python() { python3 -c "$1"; }

tested=
version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' "$top_builddir/config.h")
program mmreader 'mmreader ERROR log' 'grep ERROR log | awk "{ n++; if (length > m) m = length }
	END { print n \" lines, the longest has \" m \" bytes\" }"'
program mmr_base 'mmr_base | head -n 1' "echo mmreader $version"
program mmr_error 'mmr_error nowhere || :' 'echo "code -2: No such file or directory"'
program mmr_error 'mmr_error table' 'echo "4 bytes were read"'
program mmr_reader 'mmr_reader log' 'tail -c 1000 log'
program mmr_reader 'mmr_reader table' 'cat table'
# Appends to a file while the program follows it, and removes it when all is printed.
printed()
{
	local i

	for ((i = 0; i < 600; i++)); do
		grep -q "$1" got && return
		sleep 0.1
	done
}
appends()
{
	echo old > growing
	{ printed old; echo new >> growing; printed new; rm growing; } > /dev/null &
	timeout 60 mmr_follow growing
}
program mmr_follow appends 'printf "old\nnew\n"'
program mmr_guard 'mmr_guard log' 'python "print(sum(open(\"log\", \"rb\").read()))"'
program mmr_slice "mmr_slice ' 12 ' -5 +30" 'echo 37'
program mmr_find 'mmr_find web-3 log' 'grep -b -o web-3 log | cut -d : -f 1'
program mmr_positions 'mmr_positions log' 'grep -b -o "[][()]" log'
program mmr_lines 'mmr_lines log' 'wc -L < log; tail -n 3 log | tac'
program mmr_fields 'mmr_fields table' 'python "
import csv
for row in csv.reader(open(\"table\", newline=\"\")): print(row[1])"'
program mmr_array 'mmr_array numbers' 'python "
import struct
numbers = struct.unpack(\">1000I\", open(\"numbers\", \"rb\").read())
print(sum(numbers), numbers[-1], sep=\"\n\")"'
program mmr_record 'mmr_record records' 'python "
import struct
for number, price, name in struct.iter_unpack(\"<Id4s\", open(\"records\", \"rb\").read()):
	print(number, \"%.2f\" % price, name.rstrip(b\"\0\").decode())"'
program mmr_scan 'mmr_scan log' 'tr -dc 0-9 < log | wc -c'
program mmr_scan 'mmr_scan /dev/stdin < <(cat log)' 'tr -dc 0-9 < log | wc -c'
program mmr_each 'mmr_each table' 'python "
import csv
rows = list(csv.reader(open(\"table\", newline=\"\")))
print(len(rows), \"rows,\", sum(map(len, rows)), \"cells, 0 malformed rows\")"'
program mmr_compare 'tail -c 500 log | tr 7 8 | cat <(head -c -500 log) - > other; mmr_compare log other || :' \
	'cmp log other | sed "s/.*differ: [a-z]*/byte/"'
program mmr_compare 'head -c 700 log | mmr_compare log /dev/stdin || :' 'echo "EOF on /dev/stdin after byte 700"'
program mmr_index 'mmr_index log <<< "2000 0 17"' 'sed -n 2001p log; sed -n 1p log; sed -n 18p log'
program mmr_library 'mmr_library | cut -d " " -f 1 | tr -d :' 'printf "libmagic\nPCRE2\n"'
program mmr_filetype 'mmr_filetype log' 'echo "log: text/plain; charset=us-ascii"'
program mmr_search 'mmr_search ERROR log' 'grep -n ERROR log'
program mmr_bisect 'mmr_bisect 00100 00200 log' 'sed -n 101,200p log'
program mmr_intern 'cut -c 13-18 log > words; mmr_intern words' 'awk "!seen[\$0]++" words'
program mmr_memory 'mmr_memory log | sed "1!s/[0-9][0-9]*$\|unknown$/N/"' 'printf "%s\n" \
	"bytes of the file: $(wc -c < log)" "bytes in the page cache: N" "heap of the library: N" \
	"resident memory of the process: N"'
if grep -q '^#define MMR_PCRE2_LAZY 1' "$top_builddir/config.h"; then
	program mmr_regex 'mmr_regex log' 'grep -b -o "[0-9]*$" log'
else
	echo "skipped: the program of mmr_regex: no PCRE2 in this build"
	tested="$tested mmr_regex"
fi
check "each program was run" diff <(printf '%s\n' $tested | sort -u) \
	<(for file in programs/*.c; do basename "$file" .c; done)
