#!/usr/bin/env bash
# cookbook.sh - the jobs of doc/cookbook.md answer as the usual commands do
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, which reads the page"
for tool in grep head sed split tac tail wc; do
	command -v "$tool" > /dev/null || skip "no $tool"
done

# set_by COMMAND... : the size of the log that `make cookbook` takes.
set_by()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "$@" -n -C "$top_builddir" cookbook | grep -q "^size='7M' "
}
check "COOKBOOK_SIZE in the environment" set_by COOKBOOK_SIZE=7M make
check "COOKBOOK_SIZE on the command line" set_by make COOKBOOK_SIZE=7M

check "ten jobs, done in both ways" \
	timeout 600 python3 "$here/cookbook.py" "$MMCAT" "$tmp" "$top_srcdir/doc/cookbook.md" 7M
