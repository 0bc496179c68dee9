#!/usr/bin/env bash
# searching.sh - the searches of doc/searching.md print the same as those of grep and rg
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3 awk grep sed tac tail wc
command -v rg > /dev/null || echo "skipped: rg: not installed"

check "the commands of a search print the same" timeout 600 \
	python3 "$top_srcdir/tests/bench/searching.py" "$MMCAT" "$tmp" "$top_srcdir/doc/searching.md" 7M
