#!/usr/bin/env bash
# test_fuzz_corpus.sh - every input that fuzzing starts from, or that once showed a defect
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

for corpus in "$here"/fuzz/corpus/*/; do
	target=$(basename "$corpus")
	check "inputs of fuzz_$target" "$top_builddir/tests/fuzz/fuzz_$target" "$corpus"*
done
