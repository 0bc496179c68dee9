#!/usr/bin/env bash
# json.sh - --json: matches with their lines, counts, records
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "the objects describe the files" \
	timeout 600 python3 "$here/json_output.py" "$MMCAT" "$tmp"
