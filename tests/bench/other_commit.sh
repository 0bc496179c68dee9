#!/usr/bin/env bash
# other_commit.sh - builds another commit, to be compared with this one
#
#	other_commit.sh SOURCE COMMIT FOLDER
#
# SOURCE is a checkout that has the commit. The build is FOLDER/build; it is kept for the next run.
#
# SPDX-License-Identifier: MIT
set -eu

source=$1 commit=$2 folder=$3
if [ ! -d "$folder" ]; then
	git clone -q --no-checkout "$source" "$folder"
fi
git -C "$folder" fetch -q "$source" "$commit"
if [ "$(git -C "$folder" rev-parse HEAD)" != "$(git -C "$folder" rev-parse FETCH_HEAD)" ] ||
	[ ! -x "$folder/build/mmcat" ]; then
	git -C "$folder" checkout -q --detach FETCH_HEAD
	(cd "$folder" && ./bootstrap --no-install) > "$folder.log" 2>&1 || {
		cat "$folder.log" >&2
		exit 1
	}
fi
