#!/usr/bin/env bash
# fault_coverage.sh - every public function is in the fault matrix, or is exempt for a reason
#
#	fault_coverage.sh NAMES		NAMES: what `fault_matrix --covers` prints
#
# Prints missing functions, and exemptions of functions that are covered or gone; exit 1 then.
#
# SPDX-License-Identifier: MIT
set -eu
export LC_ALL=C

folder=$(cd "$(dirname "$0")" && pwd)
names=$(mktemp)
trap 'rm -f "$names".*; rm -f "$names"' EXIT

# Takes declarations and inline functions, but no text in comments, nor function types.
sed 's#^ \*.*##; s#^/\*.*\*/##' "$folder"/../../include/mmreader/*.h |
	tr '\n' ' ' | grep -oE '(MMR_API|MMR_INLINE)[^;{]*' |
	grep -oE 'mmr_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u > "$names.public"
tr ' ' '\n' < "$1" | sort -u > "$names.covered"
sed -n 's/^\(mmr_[a-z0-9_]*\):.*/\1/p' "$folder/fault_exempt.txt" | sort -u > "$names.exempt"

status=0
report()
{
	sed "s/^/$1: /" | grep . && status=1 || :
}
report "neither in the matrix nor in fault_exempt.txt" < <(
	sort -u "$names.covered" "$names.exempt" | comm -23 "$names.public" -)
report "exempt, and yet in the matrix" < <(comm -12 "$names.covered" "$names.exempt")
report "no public function" < <(
	sort -u "$names.covered" "$names.exempt" | comm -13 "$names.public" -)
# A row must call each function whose name it claims.
report "claimed by a row, and never called" < <(
	grep -hoE 'mmr_[a-z0-9_]+\(' "$folder"/fault_{slices,views,files,sorted,units,compare}.c | tr -d '(' |
		cat - <(grep -ohE 'mmr_array_copy_[a-z0-9]+\)' "$folder/fault_views.c" | tr -d ')') |
		sort -u | comm -23 "$names.covered" -)
[ -s "$names.public" ] || status=1
exit $status
