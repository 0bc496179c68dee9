#!/usr/bin/env bash
# doc.sh - the programs of doc/cpp.md compile and run
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

grep -q '^have_cxx17 = yes' "$top_builddir/Makefile" || skip "no C++17 compiler"

# compile STANDARD SOURCE PROGRAM
compile()
{
	# shellcheck disable=SC2086  # lists of options
	"$top_builddir/libtool" --silent --tag=CXX --mode=link $CXX -std="$1" -Wall -Wextra -Werror \
		$SANITIZER_FLAGS -pthread -no-install -I"$top_srcdir/include" -o "$3" "$2" \
		"$top_builddir/libmmreader.la"
}

# Whether views can be combined in C++20, which clang 15 and older cannot.
combines_views()
{
	cat > "$tmp/probe.cc" <<-'END'
		#include <ranges>
		#include <string_view>
		int main()
		{
			auto blanks = std::string_view("a b") |
				std::views::filter([](char c) { return c == ' '; }) | std::views::take(1);
			return blanks.empty();
		}
	END
	$CXX -std=c++20 -o "$tmp/probe" "$tmp/probe.cc" > /dev/null 2>&1
}

# Writes each program to its own file: 01.c++ or 02.c++20.
awk -v folder="$tmp" '
	/^```$/ { file = "" }
	file { print > file }
	/^```c\+\+/ { file = sprintf("%s/%02d.%s", folder, ++n, substr($0, 4)) }' "$top_srcdir/doc/cpp.md"

cat > "$tmp/log" <<'END'
2024-04-30;first;10
2024-05-01;ERROR a=1;20
2024-05-02;last;30

END

n=0
for source in "$tmp"/*.c++*; do
	standard=c++17
	name="program $((++n))"
	if [ "${source##*.}" = c++20 ]; then
		standard=c++20
		combines_views || { echo "skipped: $name: no views of C++20"; continue; }
	fi
	cp "$source" "$tmp/program.cc"
	check "$name compiles" compile "$standard" "$tmp/program.cc" "$tmp/program"
	check "$name runs" "$tmp/program" "$tmp/log"
	cp "$tmp/check.out" "$tmp/output$n"
done
check "there are programs" test "$n" -ge 13

# What some of them print.
prints()
{
	grep -qxF -- "$2" "$tmp/output$1" || { cat "$tmp/output$1"; return 1; }
}
check "the longest line" prints 1 "longest line: 23 bytes"
check "empty lines" prints 4 "1 empty lines"
check "numbers" prints 6 "10 7 7"
check "records" prints 6 "abc 1.5"
check "an exact sum" prints 8 "sum 60, mean 20, 1 other rows"
check "a filter" prints 11 "2 lines of May"
