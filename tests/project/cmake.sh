#!/usr/bin/env bash
# cmake.sh - a project of CMake finds what `make install` installs, and links with it
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need cmake readelf

# The make that runs this test would pass its jobs and its DESTDIR on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
root=$tmp/root
make -C "$top_builddir" install DESTDIR="$root" > "$tmp/install.log" 2>&1 || {
	cat "$tmp/install.log"
	fail "make install"
}
version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' "$top_builddir/config.h")
major=${version%%.*} minor=${version#*.}
minor=${minor%%.*}
config=$(find "$root" -name mmreaderConfig.cmake)
[ -n "$config" ] || fail "mmreaderConfig.cmake was not installed"
folder=$(dirname "$config")
library=$(cd "$folder/../.." && pwd)

mkdir "$tmp/project"
cat > "$tmp/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.13)
project(count C)
find_package(mmreader ${VERSIONS} ${EXACT} REQUIRED)
message(STATUS "found ${mmreader_VERSION}")
add_executable(count count.c)
target_link_libraries(count PRIVATE ${LIBRARY})
END
cat > "$tmp/project/count.c" <<'END'
#include <mmreader.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	mmr_reader *file;
	mmr_counts counts;

	if (argc != 2 || mmr_open(argv[1], NULL, &file) < 0 ||
		mmr_count_lines(file, NULL, &counts) < 0) {
		fprintf(stderr, "%s\n", mmr_last_error());
		return 2;
	}
	mmr_close(file);
	printf("%s %llu\n", mmr_version(), (unsigned long long)counts.lines);
	return 0;
}
END
seq 1000 > "$tmp/lines"

# generate FOLDER OPTION...: runs cmake in a new build folder.
generate()
{
	rm -rf "$tmp/build" && cmake -S "$tmp/project" -B "$tmp/build" -Dmmreader_DIR="$1" -DCMAKE_C_STANDARD=11 \
		-DCMAKE_C_COMPILER="${CC%% *}" \
		-DCMAKE_C_FLAGS="$(echo "$CC" | sed 's/^[^ ]* *//') $SANITIZER_FLAGS" "${@:2}"
}
counts()
{
	[ "$("$tmp/build/count" "$tmp/lines")" = "$version 1000" ]
}
# program FOLDER LIBRARY: builds the program and runs it.
program()
{
	generate "$1" -DLIBRARY="$2" && cmake --build "$tmp/build" && counts
}
# refused VERSIONS: find_package does not accept the installed version.
refused()
{
	! generate "$folder" -DLIBRARY=mmreader::mmreader -DVERSIONS="$1" "${@:2}" 2> "$tmp/messages" &&
		grep -q 'package "mmreader" that' "$tmp/messages"
}
accepted()
{
	generate "$folder" -DLIBRARY=mmreader::mmreader -DVERSIONS="$1" "${@:2}" > "$tmp/found" &&
		grep -qx -- "-- found $version" "$tmp/found"
}
needs_shared()
{
	readelf -d "$tmp/build/count" > "$tmp/dynamic" && grep -q 'NEEDED.*libmmreader\.so' "$tmp/dynamic"
}
needs_no_shared()
{
	readelf -d "$tmp/build/count" > "$tmp/dynamic" && ! grep 'NEEDED.*libmmreader' "$tmp/dynamic"
}

if [ -e "$library/libmmreader.so" ]; then
	check "a program with the shared library" program "$folder" mmreader::mmreader
	check "it needs the shared library" needs_shared
fi
if [ -e "$library/libmmreader.a" ]; then
	check "a program with the static library" program "$folder" mmreader::static
	check "it does not need the shared library" needs_no_shared
fi

check "the same version" accepted "$version"
check "exactly this version" accepted "$version" -DEXACT=EXACT
check "any version" accepted ""
check "no later version" refused "$major.$((minor + 1))"
check "no later major version" refused "$((major + 1))"
check "no version of another minor number exactly" refused "$major.$((minor - 1))" -DEXACT=EXACT
[ "$minor" = 0 ] || check "an earlier version" accepted "$major.$((minor - 1))"
if [ "$(printf '3.19\n%s\n' "$(cmake --version | sed -n '1s/.* //p')" | sort -V | head -n 1)" = 3.19 ]; then
	check "a range that ends with it" accepted "$major.0...$version"
	check "no range that ends before it" refused "$major.0...<$version"
fi

# The installed files can be moved together.
mv "$root" "$tmp/moved"
folder=$tmp/moved${folder#"$root"} library=$tmp/moved${library#"$root"}
if [ -e "$library/libmmreader.a" ]; then
	rm -f "$library"/libmmreader.so*
	check "only the static library is installed" program "$folder" mmreader::mmreader
	rm "$library/libmmreader.a"
fi
rm -f "$library"/libmmreader.so*
no_library()
{
	! generate "$folder" -DLIBRARY=mmreader::mmreader 2> "$tmp/messages" &&
		grep -q "no library in" "$tmp/messages"
}
check "no library is installed" no_library
