#!/usr/bin/env bash
# test_mmcat_terminal.sh - progress and the binary guard, on pseudo-terminals
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

command -v python3 > /dev/null || skip "no python3, which makes the terminals"

check "terminals see progress that goes away, and no binary data unasked" \
	timeout 600 python3 "$here/mmcat_terminal.py" "$MMCAT" "$tmp"
