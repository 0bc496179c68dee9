#!/usr/bin/env bash
# test_install.sh - what `make install` leaves behind is enough to build on, from C and from C++
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

command -v pkg-config > /dev/null || skip "no pkg-config"

# The make above would share its jobs and its DESTDIR with this one.
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

# As if $root were the root of the file system, wherever the prefix lies in it.
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
sed -n '/^	#include <mmreader.h>/,/^	}/s/^	//p' "$top_srcdir/README" > "$tmp/longest.c"
seq 100000 > "$tmp/lines"

# build COMPILER SOURCE PKG-CONFIG-OPTION...: makes $tmp/count. The options come from pkg-config alone.
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

check "a C program builds" build "$CC" "$tmp/count.c"
check "and runs" counts
check "the program of README builds" build "$CC" "$tmp/longest.c"
check "and runs" finds_the_longest

if command -v "${CXX%% *}" > /dev/null; then
	check "a C++ program builds" build "$CXX" "$tmp/count.cc"
	check "and runs" counts
else
	echo "skipped: the C++ program, no compiler"
fi

if [ -f "$library/libmmreader.a" ]; then
	# Without the shared library beside it, -lmmreader is the archive.
	rm "$library"/libmmreader.so*
	check "a C program builds on the archive" build "$CC" "$tmp/count.c" --static
	check "and runs" counts
fi
