#!/usr/bin/env bash
# run.sh - builds for gcov in ./coverage, runs every test there, and prints what they did not run
#
#	coverage/run.sh [ARGUMENT OF coverage.py]...
#
# SPDX-License-Identifier: MIT
set -eu
source=$(cd "${0%/*}/../.." && pwd)

for tool in gcc gcov python3; do
	command -v "$tool" > /dev/null || { echo "coverage/run.sh: no $tool"; exit 77; }
done
mkdir -p coverage
cd coverage
gcc -c -o exit.o "$source/tests/coverage/exit.c"
ar rc libexit.a exit.o
if [ ! -f Makefile ]; then
	# Threads count at the same time, so the counters are atomic. Optimized code has other
	# branches than the source, and each copy of inlined code has its own. C has no branches for
	# exceptions.
	"$source/configure" -q --disable-shared CC=gcc CXX=g++ \
		CFLAGS='-O0 -g --coverage -fprofile-update=atomic -Wno-attributes' \
		CXXFLAGS='--coverage -fno-exceptions' \
		CPPFLAGS='-Dalways_inline=noinline -Dflatten=noinline' \
		LIBS="-L$PWD -lexit -Wl,--wrap=_exit"
fi
find . -name '*.gcda' -exec rm {} +
make -s -j "$(nproc)"
# These tests do not run the library's code themselves.
tests=$(cd "$source" && printf "%s\n" tests/unit/*.c tests/mmcat/*.sh tests/project/*.sh \
		tests/faults/*.sh tests/faults/fault_changes.c tests/faults/fault_signals.c \
		tests/fuzz/replay.sh tests/memory/report.sh |
	grep -vE 'project/(dlopen_note|exports|install|layers)|fault_coverage|inject_sweep' | sed 's/\.c$//')
# A test that fails here fails in `make check`, too, and its lines count all the same. The fault
# injection is left out: it makes the calls fail that write the counts.
export GCOV_ERROR_FILE=/dev/null
CK_DEFAULT_TIMEOUT=600 make -s -k -j "$(nproc)" check TESTS="$(echo $tests)" > check.log 2>&1 ||
	grep '^FAIL' check.log || :
python3 "$source/tests/coverage/coverage.py" --build=. "$@"
