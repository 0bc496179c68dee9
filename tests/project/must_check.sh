#!/usr/bin/env bash
# must_check.sh - compilers warn if the result of a call that can fail is ignored
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

# Their results may be ignored: the comment of error.h says why, or they cannot fail.
cat > "$tmp/may_ignore" << 'END'
mmr_advise
mmr_guard_install
mmr_library_load
mmr_prefetch
mmr_release
mmr_slice_compare
END

# Prints the names of all calls that return an int, marked or not; with an argument, of those whose
# declaration has this word.
ints()
{
	cat "$top_srcdir"/include/mmreader/*.h | tr '\n\t' '  ' |
		grep -oE '(MMR_API|MMR_INLINE)( MMR_MUST_CHECK)? int mmr_[a-z0-9_]+\(' |
		grep -- "${1-}" | grep -oE 'mmr_[a-z0-9_]+\($' | tr -d '(' | sort
}

check "calls that return an int are marked (<), except for some (>)" \
	diff <(comm -23 <(ints) <(ints MMR_MUST_CHECK)) "$tmp/may_ignore"
check "there are many of them" test "$(ints MMR_MUST_CHECK | wc -l)" -gt 90

# program RESULT : a program that uses the results of calls, or ignores them.
program()
{
	cat <<-END
		#include <mmreader.h>

		int use(mmr_reader *reader, mmr_lines *it, mmr_slice line, int64_t *value);
		int use(mmr_reader *reader, mmr_lines *it, mmr_slice line, int64_t *value)
		{
			mmr_counts counts;
			int err = 0;

			$1 mmr_count_lines(reader, NULL, &counts);
			$1 mmr_slice_to_i64(line, value);
			$1 mmr_lines_error(it);
			mmr_advise(reader, 0, MMR_REST, MMR_ADVICE_RANDOM);
			return err;
		}
	END
}
program 'err |=' > "$tmp/used.c"
program '' > "$tmp/ignored.c"
program '(void)' > "$tmp/cast.c"
for name in used ignored; do
	cp "$tmp/$name.c" "$tmp/$name.cc"
done

# compile COMPILER SOURCE OPTION... : with warnings as messages, which are in $tmp/warnings.
compile()
{
	# shellcheck disable=SC2086  # a compiler with options
	$1 -I"$top_srcdir/include" -c -o "$tmp/object.o" "$2" "${@:3}" 2> "$tmp/warnings" || {
		cat "$tmp/warnings"
		return 1
	}
}

# warns TIMES COMPILER SOURCE : there are so many warnings about ignored results, and no others.
warns()
{
	compile "$2" "$3" -Wall -Wextra || return
	[ "$(grep -c 'unused-result' "$tmp/warnings")" = "$1" ] &&
		[ "$(grep -c 'warning:' "$tmp/warnings")" = "$1" ] && return
	cat "$tmp/warnings"
	return 1
}

for compiler in "$CC" gcc clang "$CXX" g++ clang++; do
	command -v "${compiler%% *}" > /dev/null || continue
	case $compiler in
	"$CXX" | *++*) suffix=cc ;;
	*) suffix=c ;;
	esac
	check "$compiler compiles results that are used" warns 0 "$compiler" "$tmp/used.$suffix"
	check "$compiler warns of results that are ignored" warns 3 "$compiler" "$tmp/ignored.$suffix"
done

# A cast to void does not silence gcc, so it hides no error there.
if command -v gcc > /dev/null; then
	check "gcc warns of results that are cast to void" warns 3 gcc "$tmp/cast.c"
fi
