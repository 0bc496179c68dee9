#!/usr/bin/env bash
# inject_sweep.sh - makes every call that can fail do so, one after the other
#
# $INJECT_MOST: how many of the calls that come by the same way through the program fail; 0: all.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
: "${INJECT_MOST:=1}"

need python3 objdump addr2line nm
programs=$top_builddir/tests/faults
"$programs/inject_library" --wrappers > "$tmp/wrappers" || fail "inject_library does not run"
library=$top_builddir/.libs/libmmreader.so
[ -e "$library" ] || library=

# Calls with other names in this build do not go through the wrappers.
other=$(nm -D -u "$MMCAT" | sed 's/.* //; s/@.*//' |
	grep -xE '(open|pread|lseek|mmap|fstat|stat)64|__(open|fcntl|l?stat|fstat).*_?(2|64|time64)|__x?f?stat|__p?(read|oll)_chk')
[ -z "$other" ] || skip "this build calls" $other

# Places are found in machine code whose call instructions are known, and only if all programs can
# run.
objdump=
objdump -f "$programs/inject_library" | grep -qE 'x86-64|aarch64' && objdump=objdump

export PYTHONDONTWRITEBYTECODE=1
check "the library, its calls failing one by one" \
	python3 "$here/inject_library.py" "$programs/inject_library" "$tmp" "$INJECT_MOST"
tail -n 1 "$tmp/check.out"
grep -q "^skipped" "$tmp/check.out" && objdump=
check "mmcat, its calls failing one by one" \
	python3 "$here/inject_mmcat.py" "$programs/inject_mmcat" "$tmp" "$INJECT_MOST"
tail -n 1 "$tmp/check.out"
grep -q "^skipped" "$tmp/check.out" && objdump=
check "no call and no place is left out" \
	python3 "$here/inject_sites.py" "$here" "$objdump" \
	"$programs/inject_library=$tmp/library.table" \
	"$programs/inject_mmcat=$(echo "$tmp"/mmcat*/table | tr ' ' ',')" -- "$MMCAT" $library
tail -n 1 "$tmp/check.out"
