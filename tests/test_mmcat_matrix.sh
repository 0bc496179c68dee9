#!/usr/bin/env bash
# test_mmcat_matrix.sh - every part with every action on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

command -v python3 > /dev/null || skip "no python3, whose slices are the oracle"

check "the matrix" timeout 600 python3 "$here/mmcat_matrix.py" "$MMCAT" "$tmp"
grep "^left out" "$tmp/check.out"
true
