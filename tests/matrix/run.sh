#!/usr/bin/env bash
# run.sh - runs the tests under other compilers, checkers, processors and C libraries: `make matrix`
#
#	run.sh [ROW...]		all rows without ROW; `run.sh --list` prints the names
#
# A row is built in its own folder, ./matrix/ROW, and writes its log there. A row whose tool is not
# installed is skipped and names the tool; the status is 0 if no row failed. rows.sh defines the
# rows.
#
# SPDX-License-Identifier: MIT
set -u
export LC_ALL=C

source=$(cd "${0%/*}/../.." && pwd)
# The number of processes that a row may run at a time.
: "${MATRIX_JOBS:=$(nproc)}"

# shellcheck source=tests/support/steps.sh
. "$source/tests/support/steps.sh"
# shellcheck source=tests/support/roots.sh
. "$source/tests/support/roots.sh"
# shellcheck source=tests/matrix/rows.sh
. "$source/tests/matrix/rows.sh"

# --- Functions for the rows ---

# need_build PACKAGE COMPILER FLAG... : the row needs a compiler that builds programs.
need_build()
{
	local package=$1

	shift
	need "$1" "$package"
	builds "$@" || without "$* builds no program (Debian: $package)"
}

# builds COMPILER FLAG... : returns whether the compiler builds a program.
builds()
{
	printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' > probe.c
	"$@" -o probe probe.c > probe.log 2>&1
}

# All unit tests of the library.
units()
{
	local file

	for file in "$source"/tests/unit/*.c; do
		file=${file##*/}
		echo "tests/unit/${file%.c}"
	done
}

# All programs that test mmreader.hpp, for the standards that the compiler of this row supports.
cpp_tests()
{
	local file name

	for file in "$source"/tests/cpp/*.cc; do
		name=tests/cpp/$(basename "$file" .cc)
		! grep -q '^have_cxx17 = yes' Makefile || echo "$name"
		case $name in */no_exceptions) continue ;; esac
		! grep -q '^have_cxx20 = yes' Makefile || echo "${name}_20"
	done
}

# The tests of mmcat that take seconds, not minutes.
mmcat_tests='tests/mmcat/options.sh tests/mmcat/output.sh tests/mmcat/input.sh
	tests/mmcat/selections.sh tests/mmcat/views.sh tests/mmcat/truncate.sh'

# build CONFIGURE_ARGUMENT... : builds everything but the tests. Warnings are errors.
build()
{
	"$source/configure" -q --enable-werror "$@" && make -s -j "$MATRIX_JOBS"
}

# Uses check.h instead of Check, which is built for this machine and C library, and not
# instrumented.
own_check=(CHECK_CFLAGS="-isystem $source/tests/matrix" CHECK_LIBS=-pthread)

# run_tests "TEST..." MAKE_ARGUMENT... : runs tests and prints the logs of those that failed.
run_tests()
{
	local tests=$1

	shift
	VERBOSE=1 make -s -k -j "$MATRIX_JOBS" check TESTS="$(echo $tests)" "$@"
}

if [ "${1-}" = --list ]; then
	echo "$all_rows"
	exit
fi
[ $# -gt 0 ] || set -- $all_rows
for row; do
	if ! declare -F "row_$row" > /dev/null; then
		echo "run.sh: no row $row; the rows are: $(echo $all_rows)" >&2
		exit 2
	fi
done
run_steps matrix row_ "$@"
