#!/usr/bin/env bash
# terminal.sh - progress and the binary guard, on pseudo-terminals
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "progress is shown and erased, and binary data is refused" \
	timeout 600 python3 "$here/terminal.py" "$MMCAT" "$tmp"
