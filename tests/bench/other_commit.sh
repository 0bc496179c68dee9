#!/usr/bin/env bash
# other_commit.sh - builds another commit, to be compared with this one
#
#	other_commit.sh SOURCE COMMIT FOLDER
#
# SOURCE is a checkout that has the commit. The build is FOLDER/build; it is kept for the next run.
#
# SPDX-License-Identifier: MIT
set -eu

source=$1 folder=$3
commit=$(git -C "$source" rev-parse --verify "$2^{commit}")
if [ ! -d "$folder" ]; then
	git clone -q --no-checkout "$source" "$folder"
fi
[ "$(git -C "$folder" rev-parse HEAD)" = "$commit" ] && [ -x "$folder/build/mmcat" ] && exit
git -C "$folder" fetch -q "$source" "+refs/heads/*:refs/remotes/origin/*"
git -C "$folder" checkout -q --detach "$commit"
if ! (cd "$folder" && ./bootstrap --no-install) > "$folder.log" 2>&1; then
	cat "$folder.log" >&2
	exit 1
fi
