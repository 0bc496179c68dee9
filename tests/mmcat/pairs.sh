#!/usr/bin/env bash
# pairs.sh - every two options together have their effect or are refused
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

# The program itself, not the script that libtool puts in front of it: it starts faster.
if [ -x "${MMCAT%/*}/.libs/mmcat" ]; then
	export LD_LIBRARY_PATH="${MMCAT%/*}/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
	MMCAT=${MMCAT%/*}/.libs/mmcat
fi
command -v python3 > /dev/null || skip "no python3, which is the oracle"
"$MMCAT" -E x /dev/null > /dev/null 2>&1
[ $? = 1 ] || skip "no PCRE2, which half of the pairs with -E need"

check "1200 pairs of options" timeout 600 python3 "$here/pairs.py" "$MMCAT" "$tmp"
