#!/usr/bin/env bash
# terminal.sh - progress and the binary guard, on pseudo-terminals
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, which makes the terminals"

check "terminals see progress that goes away, and no binary data unasked" \
	timeout 600 python3 "$here/terminal.py" "$MMCAT" "$tmp"
