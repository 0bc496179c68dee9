#!/usr/bin/env bash
# package.sh - runs the tests of the Python package, as it was built
#
# SPDX-License-Identifier: MIT
. "$top_srcdir/tests/support/common.sh"

mkdir "$tmp/mmreader"
cp "$top_srcdir"/python/mmreader/* "$tmp/mmreader/"
cp "$top_builddir/python/mmreader/.libs/_core.so" "$tmp/mmreader/"
export PYTHONPATH=$tmp:$top_srcdir/python/tests

# run TEST : runs one file of tests. A warning of Python is an error.
run()
{
	"$PYTHON" -X dev -W error -m unittest -q "$1" 2> "$tmp/$1.log" || {
		cat "$tmp/$1.log" >&2
		return 1
	}
}

for test in "$top_srcdir"/python/tests/test_*.py; do
	test=${test##*/}
	check "${test%.py}" run "${test%.py}"
done
