#!/usr/bin/env bash
# reproducible.sh - builds in different folders, from sources in different folders, are equal
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

grep -q '^PREFIX_MAP_FLAGS = .' "$top_builddir/Makefile" ||
	skip "this compiler cannot omit the folders from its output"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

configure_cache > "$tmp/cache"

# copy FOLDER: copies the source without built files.
copy()
{
	local file

	mkdir -p "$1" || return
	for file in "$top_srcdir"/*; do
		case ${file##*/} in
		config.h | config.status | config.log | libtool | Makefile | stamp-h1 | named | *.la | \
			mmcat | build | build-[!a]* | coverage | bench | fuzz | matrix | memory) ;;
		*) cp -R "$file" "$1" || return ;;
		esac
	done
	find "$1" '(' -name .libs -o -name .deps ')' -prune -exec rm -rf {} +
	find "$1" '(' -name '*.o' -o -name '*.lo' -o -name '*.la' ')' -exec rm -f {} +
	# Gives generated files equal times, so that none is made again.
	find "$1" -exec touch -r "$top_srcdir/configure" {} +
}

# build FOLDER CONFIGURE: builds the library and the tool.
build()
{
	mkdir -p "$1" && cd "$1" && cp "$tmp/cache" cache || return
	eval "set -- \"\$2\" $("$top_builddir/config.status" --config)"
	"$@" -q --srcdir="${1%/configure}" --cache-file=cache --prefix=/usr &&
		make -s libmmreader.la mmcat
}

copy "$tmp/a" && copy "$tmp/another/folder" || fail "copy the source"
check "a build in the source, by a relative path" build "$tmp/a/build" ../configure
check "a build elsewhere, by an absolute path" \
	build "$tmp/elsewhere" "$tmp/another/folder/configure"
[ "$n_failed" = 0 ] || exit 1

for file in mmcat .libs/libmmreader.so .libs/libmmreader.a; do
	[ -f "$tmp/a/build/$file" ] || continue
	check "$file is equal" cmp "$tmp/a/build/$file" "$tmp/elsewhere/$file"
	check "$file contains no folder" sh -c '! grep -aF "$1" "$2"' - "$tmp" "$tmp/elsewhere/$file"
done
