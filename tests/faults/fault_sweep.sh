#!/usr/bin/env bash
# fault_sweep.sh - every reading call and every action of mmcat on files that fail
#
# `make check` runs a part of it; `make faults` runs all: FAULT_HALF= FAULT_CUTS=10000
# FAULT_ROUNDS=1000. Parts that are not possible here (FUSE, poisoned pages) are skipped with a
# reason, and counted.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

faults=$here
build=$top_builddir/tests/faults
half=${FAULT_HALF---half}
cuts=${FAULT_CUTS:-600}
rounds=${FAULT_ROUNDS:-20}
n_skipped=0

# Like check, but prints the figures of the command.
report()
{
	check "$@"
	grep -E '^(skipped|[0-9]+ |[a-z]+: |mmcat )' "$tmp/check.out"
}

# Runs the actions on a file that fault_mount makes fail.
mounted()
{
	local status

	mkdir -p "$tmp/mount"
	"$build/fault_mount" "$1" "$tmp/mount" \
		python3 "$faults/fault_mmcat.py" "$1" "$MMCAT" "$tmp/mount" "$tmp"
	status=$?
	[ $status = 77 ] && n_skipped=$((n_skipped + 1)) && status=0
	return $status
}

export TMPDIR=$tmp
"$build/fault_matrix" --covers > "$tmp/names"
check "every public function is in the matrix, or has a reason" \
	bash "$faults/fault_coverage.sh" "$tmp/names"
# shellcheck disable=SC2086
report "calls x faults x backings x threads" "$build/fault_matrix" $half
report "calls in a race with $cuts cuts" timeout 1200 "$build/fault_race" "$cuts"
if command -v python3 > /dev/null; then
	for mode in eio direct slow dead; do
		report "mmcat over a device: $mode" mounted $mode
	done
	report "mmcat in a race, $rounds rounds each" \
		timeout 1800 python3 "$faults/race.py" "$MMCAT" "$tmp" "$rounds"
else
	echo "skipped: no python3 to run mmcat"
	n_skipped=$((n_skipped + 1))
fi
echo "$n_skipped parts skipped, $n_failed failed"
