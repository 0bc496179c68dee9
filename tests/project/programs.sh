#!/usr/bin/env bash
# programs.sh - the examples that are written in C, C++ and Python do the same in each language
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
examples=$top_builddir/doc/examples

# program NAME LANGUAGE COMMAND... : compares the results with those of simple code.
program()
{
	mkdir -p "$tmp/$1.$2"
	check "$1 in $2" python3 "$top_srcdir/tests/project/programs.py" "$1" "$tmp/$1.$2" "${@:3}"
}

package=no
if [ -e "$top_builddir/python/mmreader/.libs/_core.so" ] && [ -z "$SANITIZER_FLAGS" ]; then
	package=yes
	mkdir "$tmp/mmreader"
	cp "$top_srcdir"/python/mmreader/* "$top_builddir/python/mmreader/.libs/_core.so" "$tmp/mmreader/"
	export PYTHONPATH=$tmp
fi

for name in per_hour merge column_sum line_server histogram follow; do
	program "$name" C "$examples/$name"
	! [ -x "$examples/${name}_cxx" ] || program "$name" C++ "$examples/${name}_cxx"
	[ "$package" = no ] || program "$name" Python "$PYTHON" "$top_srcdir/doc/examples/$name.py"
done
[ -x "$examples/merge_cxx" ] || echo "skipped: C++: no C++17 compiler"
[ "$package" = yes ] || echo "skipped: Python: the package is not built, or built with sanitizers"
