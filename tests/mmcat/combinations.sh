#!/usr/bin/env bash
# combinations.sh - every selection with every action on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "every selection, action and input" timeout 600 python3 "$here/combinations.py" "$MMCAT" "$tmp"
grep "^left out" "$tmp/check.out"
true
