#!/usr/bin/env bash
# package.sh - runs the tests of the Python package, as it was built
#
# SPDX-License-Identifier: MIT
. "$top_srcdir/tests/support/common.sh"

mkdir "$tmp/mmreader"
cp "$top_srcdir"/python/mmreader/* "$tmp/mmreader/"
cp "$top_builddir/python/mmreader/.libs/_core.so" "$tmp/mmreader/"
export PYTHONPATH=$tmp:$top_srcdir/python/tests

# The runtime of AddressSanitizer must be loaded before the interpreter, which frees little at its
# end, and whose own handler of SIGBUS is tested.
preload=
case $SANITIZER_FLAGS in
*address*)
	preload=$($CC -print-file-name=libasan.so)
	export ASAN_OPTIONS=detect_leaks=0:handle_sigbus=0
	;;
esac

# run TEST : runs one file of tests. A warning of Python is an error.
run()
{
	env ${preload:+LD_PRELOAD="$preload"} "$PYTHON" -X dev -W error -m unittest -q "$1"
}

for test in "$top_srcdir"/python/tests/test_*.py; do
	test=${test##*/}
	check "${test%.py}" run "${test%.py}"
done
