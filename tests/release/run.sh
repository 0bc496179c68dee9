#!/usr/bin/env bash
# run.sh - what a release needs: `make release-check`; `make deb` runs the steps of the packages
#
#	run.sh [STEP...]	all steps without STEP; `run.sh --list` prints the names
#
# A step works in its own folder, ./release/STEP, and writes its log there. A step whose tool is not
# installed is skipped and names the tool; the status is 0 if no step failed. steps.sh and
# packages.sh define the steps.
#
# SPDX-License-Identifier: MIT
set -u
export LC_ALL=C

source=$(cd "${0%/*}/../.." && pwd)
# The number of processes that a step may run at a time.
: "${RELEASE_JOBS:=$(nproc)}"

# shellcheck source=tests/support/steps.sh
. "$source/tests/support/steps.sh"
# shellcheck source=tests/support/roots.sh
. "$source/tests/support/roots.sh"
# shellcheck source=tests/release/steps.sh
. "$source/tests/release/steps.sh"
# shellcheck source=tests/release/packages.sh
. "$source/tests/release/packages.sh"

# The short ones first.
all_steps='state abi distcheck check faults matrix tarball deb_bookworm deb_trixie'

if [ "${1-}" = --list ]; then
	echo "$all_steps"
	exit
fi
[ $# -gt 0 ] || set -- $all_steps
for step; do
	if ! declare -F "step_$step" > /dev/null; then
		echo "run.sh: no step $step; the steps are: $all_steps" >&2
		exit 2
	fi
done
run_steps release step_ "$@"
