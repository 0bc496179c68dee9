#!/usr/bin/env bash
# test_cookbook.sh - the jobs of doc/cookbook.md answer as the usual commands do
#
# SPDX-License-Identifier: MIT
. "${0%/*}/common.sh"

command -v python3 > /dev/null || skip "no python3, which reads the page"
for tool in grep head sed split tac tail wc; do
	command -v "$tool" > /dev/null || skip "no $tool"
done

check "ten jobs, done in both ways" \
	timeout 100 python3 "$here/cookbook.py" "$MMCAT" "$tmp" "$top_srcdir/doc/cookbook.md" 7M
