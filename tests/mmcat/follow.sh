#!/usr/bin/env bash
# follow.sh - -f: growth, truncation, rotation, and every way to end
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

command -v python3 > /dev/null || skip "no python3, which writes the files"

files=$tmp/files
mkdir "$files"
check "followed" timeout 600 python3 "$here/follow.py" "$MMCAT" "$files"

# Without inotify, as its limits have it; a user namespace has limits of its own. Looking takes time,
# so of the checks these are left where wakeups could matter.
looked_at="latency ends truncation rotation folder_replaced missing several closed_pipe interrupt"
for limit in max_inotify_instances max_inotify_watches; do
	if unshare -Ur sh -c "echo 0 > /proc/sys/user/$limit" 2> /dev/null; then
		# shellcheck disable=SC2086 # names of checks
		check "followed by looking: $limit" timeout 600 unshare -Ur sh -c \
			"echo 0 > /proc/sys/user/$limit; exec python3 \"\$@\"" - \
			"$here/follow.py" "$MMCAT" "$files" --polling $looked_at
		looked_at=latency
	else
		echo "left out: no namespace in which to set $limit"
	fi
done
