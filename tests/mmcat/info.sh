#!/usr/bin/env bash
# info.sh - -i: contents, storage, and the picture of the pages in memory
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "the facts that -i prints are right" timeout 600 python3 "$here/info.py" "$MMCAT" "$tmp"
