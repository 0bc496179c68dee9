#!/usr/bin/env bash
# modes.sh - parts of a program in different modes of C++ are linked; wrong uses do not compile
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

# has STANDARD : configure has found that the compiler supports it.
has()
{
	grep -q "^have_cxx$1 = yes" "$top_builddir/Makefile"
}
has 17 || skip "no C++17 compiler"
flags="-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror"
modes='c++17 c++17,-fno-exceptions'
if has 20; then
	modes="$modes c++20 c++20,-fno-exceptions"
fi

# compile MODE SOURCE OUTPUT FLAG... : optimized, as the header finds wrong calls then, too.
compile()
{
	# shellcheck disable=SC2046,SC2086  # lists of options
	$CXX -std=${1//,/ } $flags $SANITIZER_FLAGS -pthread -O1 -I"$top_srcdir/include" -c "$2" -o "$3" "${@:4}"
}

# --- Each header alone ----------------------------------------------------------------------------

for header in "$top_srcdir"/include/mmreader.hpp "$top_srcdir"/include/mmreader/*.hpp; do
	name=${header#"$top_srcdir/include/"}
	printf '#include <%s>\n#include <%s>\n' "$name" "$name" > "$tmp/alone.cc"
	check "$name compiles alone" compile c++17 "$tmp/alone.cc" "$tmp/alone.o"
done

# --- All modes in one program ---------------------------------------------------------------------

# Each unit counts lines and reports an error; the units of one mode share inline functions.
cat > "$tmp/unit.cc" <<'END'
#include <mmreader.hpp>

std::size_t NAME(const char *text, std::error_code &code);

std::size_t NAME(const char *text, std::error_code &code)
{
	mmreader::reader file = mmreader::reader::from_memory(text, code);
	std::size_t n = 0;

	for (std::string_view line : mmreader::lines(file, {}, code))
		n += 1 + line.size();
	n += mmreader::count_lines(file, {}, code);
	(void)mmreader::cut_exactly(file, 0, 1000, code);
#if MMREADER_EXCEPTIONS
	try {
		(void)mmreader::cut_exactly(file, 0, 1000);
		n = 0;
	} catch (const mmreader::error &error) {
		n += error.code() == code ? 1000 : 0;
	}
#else
	n += 1000;
#endif
	return n;
}
END
echo '#include <mmreader.hpp>' > "$tmp/main.cc"
calls=
n=0
for mode in $modes; do
	for copy in a b; do
		n=$((n + 1))
		check "unit $copy in mode $mode" compile "$mode" "$tmp/unit.cc" "$tmp/unit$n.o" -DNAME="unit$n"
		echo "std::size_t unit$n(const char *text, std::error_code &code);" >> "$tmp/main.cc"
		calls="$calls n += unit$n(\"ab\\nc\\n\", code) == 1007 && code == std::errc::result_out_of_range;"
	done
done
echo "int main() { std::error_code code; int n = 0; $calls return n != $n; }" >> "$tmp/main.cc"

links()
{
	compile c++17 "$tmp/main.cc" "$tmp/main.o" &&
		"$top_builddir/libtool" --silent --tag=CXX --mode=link $CXX $SANITIZER_FLAGS -pthread \
			-no-install -o "$tmp/all" "$tmp/main.o" "$tmp"/unit*.o "$top_builddir/libmmreader.la"
}
check "units of all modes are linked" links
check "each mode works" "$tmp/all"

# --- What must not compile ------------------------------------------------------------------------

# refuses MODE WORD CODE : the code does not compile in a mode, and the compiler says why. The same
# program with `int n = 0;` compiles.
refuses()
{
	local body

	for body in "$3" 'int n = 0; return n;'; do
		printf '#include <mmreader.hpp>\nint f(std::error_code &code);\n' > "$tmp/refused.cc"
		printf 'int f(std::error_code &code)\n{\n\t(void)code;\n\t%s\n}\n' "$body" >> "$tmp/refused.cc"
		compile "$1" "$tmp/refused.cc" "$tmp/refused.o" > "$tmp/refused.log" 2>&1
		case $?:$body in
		0:int*) return 0 ;;
		0:*) echo "compiled: $body" && return 1 ;;
		*:int*) cat "$tmp/refused.log" && return 1 ;;
		esac
		grep -q -- "$2" "$tmp/refused.log" || { cat "$tmp/refused.log"; return 1; }
	done
}

check "a view of a temporary reader" refuses c++17 'delete' \
	'return mmreader::lines(mmreader::reader("x")).begin()->empty();'
check "a view of a temporary string" refuses c++17 'delete' \
	'return mmreader::fields(std::string("x"), 0).begin()->empty();'
check "bytes of a temporary reader" refuses c++17 'delete' \
	'return mmreader::reader("x").bytes().empty();'
check "memory of a temporary string" refuses c++17 'delete' \
	'return mmreader::reader::from_memory(std::string("x")).size() > 0;'
check "matches of a temporary expression" refuses c++17 'delete' \
	'return mmreader::matches("x", mmreader::regex("x")).begin() == mmreader::regex_matches_view::iterator();'
check "a copy of a reader" refuses c++17 'delete' \
	'mmreader::reader a; mmreader::reader b(a); return b.size() > 0;'
check "an unused result" refuses c++17 'nodiscard\|ignoring return value' \
	'mmreader::count_lines(mmreader::reader("x")); return 0;'
check "a callback that returns a number" refuses c++17 'false to stop' \
	'return mmreader::for_each_line(mmreader::reader("x"), {}, [](std::string_view) { return 1; });'
check "a filter that returns a number" refuses c++17 'true to keep a line' \
	'mmreader::search_filter filter = [](std::string_view, std::uint64_t) { return 1; }; return !filter;'
check "an exact sum of a truth value" refuses c++17 'an integer, float or double' \
	'mmreader::exact_sum sum; sum.add(true); return sum.value() > 0;'
check "a decimal that may not be added" refuses c++17 'nodiscard\|ignoring return value' \
	'mmreader::exact_sum sum; sum.add(mmr_decimal{}, 0); return 0;'
check "a call without a code and without exceptions" refuses c++17,-fno-exceptions \
	'pass a std::error_code' 'return mmreader::count_lines(mmreader::reader(), {}) > 0;'
