#!/usr/bin/env bash
# truncate.sh - files that shrink or grow while mmcat runs never cause a signal
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "files are truncated and extended while mmcat runs" \
	timeout 600 python3 "$here/truncate.py" "$MMCAT" "$tmp"
