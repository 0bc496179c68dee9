#!/usr/bin/env bash
# selections.sh - random selections with every action on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "1400 selections and actions print what Python's slices do" \
	timeout 600 python3 "$here/selections.py" "$MMCAT" "$tmp"
