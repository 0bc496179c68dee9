#!/usr/bin/env bash
# replay.sh - every input that fuzzing starts from, or that once showed a defect
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

for corpus in "$here"/corpus/*/; do
	target=$(basename "$corpus")
	check "inputs of fuzz_$target" "$top_builddir/tests/fuzz/fuzz_$target" "$corpus"*
done
