#!/usr/bin/env bash
# json.sh - --json: matches with their lines, counts, records
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, which reads the JSON"

check "the objects say what is in the files" \
	timeout 600 python3 "$here/json_output.py" "$MMCAT" "$tmp"
