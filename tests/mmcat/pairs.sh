#!/usr/bin/env bash
# pairs.sh - every two options together have their effect or are refused
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3
"$MMCAT" -E x /dev/null > /dev/null 2>&1
[ $? = 1 ] || skip "no PCRE2, which many pairs with -E need"

check "all pairs of options" timeout 600 python3 "$here/pairs.py" "$MMCAT" "$tmp"
