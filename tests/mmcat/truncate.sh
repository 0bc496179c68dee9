#!/usr/bin/env bash
# truncate.sh - files that shrink or grow meanwhile: never a signal
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

check "cut short and appended to while mmcat runs" \
	timeout 600 python3 "$here/truncate.py" "$MMCAT" "$tmp"
