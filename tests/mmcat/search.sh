#!/usr/bin/env bash
# search.sh - -e and -E print the lines that match, on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3
"$MMCAT" -E x /dev/null > /dev/null 2>&1
[ $? = 1 ] || skip "no PCRE2, which many searches need"

check "1500 searches print what a loop over all lines finds" \
	timeout 600 python3 "$here/search.py" "$MMCAT" "$tmp"
