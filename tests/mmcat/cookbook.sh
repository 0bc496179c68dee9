#!/usr/bin/env bash
# cookbook.sh - the jobs of doc/cookbook.md print the same as the usual commands
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3 awk cmp cut grep head od sed shuf split tac tail uniq wc

# set_by COMMAND... : `make cookbook` uses the size of the log that is set.
set_by()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "$@" -n -C "$top_builddir" cookbook | grep -q "^size='7M' "
}
check "COOKBOOK_SIZE in the environment" set_by COOKBOOK_SIZE=7M make
check "COOKBOOK_SIZE on the command line" set_by make COOKBOOK_SIZE=7M

check "the jobs print the same in both ways" \
	timeout 600 python3 "$here/cookbook.py" "$MMCAT" "$tmp" "$top_srcdir/doc/cookbook.md" 7M
