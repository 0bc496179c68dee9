#!/usr/bin/env bash
# install.sh - C and C++ programs can be built with what `make install` installs
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need pkg-config

# The make that runs this test would pass its jobs and its DESTDIR on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
root=$tmp/root
make -C "$top_builddir" install DESTDIR="$root" > "$tmp/install.log" 2>&1 || {
	cat "$tmp/install.log"
	fail "make install"
}

pc=$(find "$root" -name mmreader.pc)
[ -n "$pc" ] || fail "mmreader.pc was not installed"
library=$(dirname "$(find "$root" -name 'libmmreader.*' | head -n 1)")
check "no .la file" test -z "$(find "$root" -name '*.la')"

# Each call that the library exports is the name of a page of section 3, or of a link to its page.
man3=$(find "$root" -path '*/man3/mmreader.3')
man3=${man3%/*}
calls_without_page()
{
	local call

	cat "$top_srcdir"/include/mmreader/*.h | tr '\n\t' '  ' | grep -oE '(MMR_API|MMR_INLINE) [^(;]*\(' |
		grep -o 'mmr_[a-z0-9_]*[a-z0-9]($' | tr -d '(' > "$tmp/calls"
	[ "$(wc -l < "$tmp/calls")" -gt 150 ] || echo "only $(wc -l < "$tmp/calls") calls"
	while read -r call; do
		grep -qx "\.Nm $call\( ,\)\{0,1\}" "$man3/$call.3" || echo "no page of $call"
	done < "$tmp/calls"
}
check "each call has a page" nothing calls_without_page
if command -v man > /dev/null; then
	check "man finds the page of a call" grep -q 'mmr_lines_next' <(man -M "${man3%/*}" 3 mmr_lines_next)
fi

package=$(find "$root" -name _core.so)
if [ -n "$package" ]; then
	check "the Python package can be imported" env PYTHONPATH="${package%/mmreader/*}" \
		LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
		"$PYTHON" -c 'import mmreader; print(mmreader.open_bytes(b"a\n").count_lines())'
fi

# Uses $root as the root of the file system, for any prefix.
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

cat > "$tmp/count.c" <<'END'
#include <mmreader.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	mmr_reader *file;
	mmr_lines it;
	mmr_slice line;
	unsigned long n = 0;

	if (argc != 2 || mmr_open(argv[1], NULL, &file) < 0) {
		fprintf(stderr, "%s\n", mmr_last_error());
		return 2;
	}
	it = mmr_lines_of(mmr_bytes(file), '\n');
	while (mmr_lines_next(&it, &line))
		n++;
	mmr_close(file);
	printf("%lu\n", n);
	return mmr_lines_error(&it) < 0 ? 2 : 0;
}
END
cp "$tmp/count.c" "$tmp/count.cc"
# Writes each program of README to its own file.
awk -v prefix="$tmp/readme" '
	/^\t#include/ && !inside { inside = 1; n++; file = prefix n (/[.]hpp>/ ? ".cc" : ".c") }
	inside { sub(/^\t/, ""); print > file }
	$0 == "}" { inside = 0 }' "$top_srcdir/README"
seq 100000 > "$tmp/lines"

# build COMPILER SOURCE PKG-CONFIG-OPTION...: makes $tmp/count with the options of pkg-config only.
build()
{
	local compiler=$1 source=$2

	shift 2
	rm -f "$tmp/count"
	# shellcheck disable=SC2046,SC2086  # lists of options
	$compiler $SANITIZER_FLAGS -o "$tmp/count" "$source" \
		$(pkg-config "$@" --cflags --libs mmreader)
}

counts()
{
	[ "$("$tmp/count" "$tmp/lines")" = 100000 ]
}

finds_the_longest()
{
	[ "$("$tmp/count" "$tmp/lines")" = "longest line: 6 bytes" ]
}

# Reads a file of 128 MiB in little memory. Sanitizers take additional memory.
stays_small()
{
	[ -z "$SANITIZER_FLAGS" ] || return 0
	command -v python3 > /dev/null || { echo "skipped: no python3"; return 0; }
	grep -q 'define MMR_LINUX_EXTRAS 1' "$top_builddir/config.h" || return 0
	yes "$(seq -s ' ' 30)" | head -c 128M > "$tmp/large"
	python3 - "$tmp/count" "$tmp/large" <<-'PYTHON'
		import os, sys
		child = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
		_, status, usage = os.wait4(child, 0)
		print(status, usage.ru_maxrss, "KiB at most")
		sys.exit(status != 0 or usage.ru_maxrss > 24 << 10)
	PYTHON
}

check "a C program builds" build "$CC" "$tmp/count.c"
check "the C program runs" counts
for program in "$tmp"/readme*.c; do
	check "program ${program##*/readme} of README builds" \
		build "$CC -Wall -Wextra -Werror" "$program"
done
check "the first program of README builds" build "$CC" "$tmp/readme1.c"
check "the first program of README runs" finds_the_longest
check "the first program of README needs little memory" stays_small

if command -v "${CXX%% *}" > /dev/null; then
	check "a C++ program builds" build "$CXX" "$tmp/count.cc"
	check "the C++ program runs" counts
	if grep -q '^have_cxx17 = yes' "$top_builddir/Makefile"; then
		for program in "$tmp"/readme*.cc; do
			check "program ${program##*/readme} of README builds" \
				build "$CXX -std=c++17 -Wall -Wextra -Werror" "$program"
			check "program ${program##*/readme} of README runs" finds_the_longest
		done
	fi
else
	echo "skipped: the C++ program: no compiler"
fi

if [ -f "$library/libmmreader.a" ]; then
	# Without the shared library, -lmmreader is the static library.
	rm "$library"/libmmreader.so*
	check "a C program builds with the static library" build "$CC" "$tmp/count.c" --static
	check "the static C program runs" counts
fi

check "make uninstall" make -C "$top_builddir" uninstall DESTDIR="$root"
check "make uninstall removes the Python package" test -z "$(find "$root" -name '_core*' -o -name '__init__*')"
