#!/usr/bin/env bash
# selections.sh - every part with every action on every kind of input
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

# The program itself, not the script that libtool puts in front of it: its messages start with its
# own name, and it starts faster.
if [ -x "${MMCAT%/*}/.libs/mmcat" ]; then
	export LD_LIBRARY_PATH="${MMCAT%/*}/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
	MMCAT=${MMCAT%/*}/.libs/mmcat
fi
command -v python3 > /dev/null || skip "no python3, which is the oracle"

check "1400 parts x actions agree with Python's slices" \
	timeout 600 python3 "$here/selections.py" "$MMCAT" "$tmp"
