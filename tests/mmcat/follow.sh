#!/usr/bin/env bash
# follow.sh - -f: growth, truncation, rotation, search, and every way to end
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

files=$tmp/files
mkdir "$files"
check "files are followed" timeout 600 python3 "$here/follow.py" "$MMCAT" "$files"
rm -rf "${files:?}"/*
check "files are searched as they grow" timeout 600 python3 "$here/follow_search.py" "$MMCAT" "$files"

# Without inotify, as when its limits are reached; a user namespace has its own limits. Polling
# takes time, so only the checks run in which wakeups could matter.
polled_checks="latency ends truncation rotation folder_replaced missing several closed_pipe interrupt"
for limit in max_inotify_instances max_inotify_watches; do
	if unshare -Ur sh -c "echo 0 > /proc/sys/user/$limit" 2> /dev/null; then
		# shellcheck disable=SC2086 # names of checks
		check "files are followed by polling: $limit" timeout 600 unshare -Ur sh -c \
			"echo 0 > /proc/sys/user/$limit; exec python3 \"\$@\"" - \
			"$here/follow.py" "$MMCAT" "$files" --polling $polled_checks
		polled_checks=latency
	else
		echo "left out: cannot set $limit in a namespace"
	fi
done
