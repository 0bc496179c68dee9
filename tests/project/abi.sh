#!/usr/bin/env bash
# abi.sh - the comparison of releases reports every difference that an older program would notice
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need abidiff abidw readelf python3
"$CC" -v 2>&1 | grep -q 'gcc version\|clang version' || skip "$CC is neither gcc nor clang"

# variant NAME SED-EXPRESSION : installs a small library, changed by the expression, in $tmp/NAME.
variant()
{
	mkdir -p "$tmp/$1/include" "$tmp/$1/lib" && cd "$tmp/$1" || return
	sed -e "$2" > include/mmreader.h <<-'END'
	#include <stddef.h>
	#define MMR_SONAME "libmmreader.so.0"
	enum { MMR_ETRUNCATED = -1000, MMR_ECHANGED };
	enum mmr_backing { MMR_BACKING_AUTO, MMR_BACKING_MAPPED };
	typedef struct mmr_reader_options {
		size_t struct_size;
		int backing;
	} mmr_reader_options;
	typedef struct mmr_lines {
		const char *ptr;
		size_t len;
	} mmr_lines;
	typedef struct mmr_reader mmr_reader;
	int mmr_open(const char *path, const mmr_reader_options *options, mmr_reader **ret_reader);
	int mmr_lines_fill(mmr_lines *lines, size_t n);
	int mmr_backing(const mmr_reader *reader, enum mmr_backing *ret_backing);
	END
	{
		cat <<-'END'
		#include "include/mmreader.h"
		struct mmr_reader { int private_field; };
		END
		# Each call fails, so that the library has debug information of the error codes.
		sed -n 's/^\([a-z].*mmr_.*(.*)\);$/\1 { return MMR_ETRUNCATED; }/p' include/mmreader.h
	} | sed "${3-}" > library.c
	$CC -g -O0 -w -fPIC -shared $SANITIZER_FLAGS \
		-Wl,-soname,"$(sed -n 's/^#define MMR_SONAME "\(.*\)"/\1/p' include/mmreader.h)" \
		-o lib/libmmreader.so library.c
}

# accepts NAME and refuses NAME : the result of comparing a variant with the original.
accepts()
{
	bash "$top_srcdir/tests/release/abi.sh" "$tmp/old" "$tmp/$1"
}
refuses()
{
	! accepts "$1" > "$tmp/report" || return
	cat "$tmp/report"
	grep -q 'may not run' "$tmp/report"
}

variant old '' || fail "cannot build the library"
accepted()
{
	variant "$2" "$3" "${4-}" && check "$1 is accepted" accepts "$2"
}
refused()
{
	variant "$2" "$3" "${4-}" && check "$1 is refused" refuses "$2"
}
accepted "the same library" same ''
accepted "another call" more '$aint mmr_close(mmr_reader *reader);'
accepted "another field at the end of options" option '/int backing;/a	size_t len;'
accepted "another private field" private '' 's/int private_field;/long private_field, more;/'
accepted "another value at the end of an enumeration" value 's/MMR_BACKING_MAPPED/&, MMR_BACKING_COPIED/'
accepted "another error code at the end" error 's/MMR_ECHANGED/&, MMR_EQUOTE/'
accepted "any change with another SONAME" soname 's/libmmreader.so.0/libmmreader.so.1/; /mmr_open/d'
refused "a removed call" removed '/mmr_open/d'
refused "another parameter" parameter 's/size_t n);/size_t n, int flags);/'
refused "another type of a parameter" type 's/size_t n);/unsigned char n);/'
refused "another type of a result" result 's/^int mmr_lines_fill/void *mmr_lines_fill/'
refused "another field of an iterator" iterator '/const char \*ptr;/a	const char *stop;'
refused "another field at the end of an iterator" larger '/size_t len;/a	const char *stop;'
refused "a field of options in the middle" middle '/size_t struct_size;/a	long before;'
refused "a smaller field of options" smaller 's/int backing;/char backing;/'
refused "another value at the start of an enumeration" first 's/MMR_BACKING_AUTO/MMR_BACKING_NONE, &/'
refused "a renamed field of options" renamed 's/int backing;/int kind;/'
refused "fewer fields of options" fewer '/int backing;/d'
refused "another field after a changed one" both \
	's/int backing;/char backing;/; /char backing;/a	size_t len;'
refused "another error code" code 's/= -1000/= -1001/'
refused "a removed error code" no_code 's/, MMR_ECHANGED//'
