#!/usr/bin/env bash
# info.sh - -i: contents, storage, and the picture of what is in memory
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, which knows the facts"

check "what is told is so" timeout 600 python3 "$here/info.py" "$MMCAT" "$tmp"
