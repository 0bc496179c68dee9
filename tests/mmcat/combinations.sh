#!/usr/bin/env bash
# combinations.sh - every part with every action on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, whose slices are the oracle"

check "the matrix" timeout 600 python3 "$here/combinations.py" "$MMCAT" "$tmp"
grep "^left out" "$tmp/check.out"
true
