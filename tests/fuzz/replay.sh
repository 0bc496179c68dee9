#!/usr/bin/env bash
# replay.sh - runs the fuzz targets over their corpora: initial inputs, and inputs that showed defects
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

for corpus in "$here"/corpus/*/; do
	target=$(basename "$corpus")
	check "inputs of fuzz_$target" "$top_builddir/tests/fuzz/fuzz_$target" "$corpus"*
done
