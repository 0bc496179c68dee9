#!/usr/bin/env bash
# sample.sh - --sample and --seed: random lines
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3 seq sort

check "500 samples are drawn from the lines that they should" \
	timeout 600 python3 "$here/sample.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99
seq 1000 > numbers

# refuses PART ARGUMENT... : mmcat exits with 2 and a message that contains a text.
refuses()
{
	local part=$1

	shift
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$part" err
}

# The choice for a seed is part of the interface.
"$MMCAT" --sample=5 --seed=7 numbers > out
check "the lines of a seed" [ "$(tr '\n' ' ' < out)" = "142 429 557 607 611 " ]
check "all lines if there are fewer" cmp numbers <("$MMCAT" --sample=1001 numbers)
check "no lines" [ "$("$MMCAT" --sample=0 numbers):$?" = ":0" ]
check "an empty file" [ "$("$MMCAT" --sample=5 /dev/null):$?" = ":0" ]
check "no match" [ "$("$MMCAT" --sample=5 -e x numbers):$?" = ":1" ]
check "each file has its own sample" [ "$("$MMCAT" --sample=5 numbers numbers | wc -l)" = 10 ]
check "names of files" [ "$("$MMCAT" --sample=1 -H numbers numbers | cut -d : -f 1 | tr '\n' ' ')" = \
	"numbers numbers " ]
check "each selection has its own sample" \
	[ "$("$MMCAT" --sample=2 -l :3 -l -3: numbers | awk '$1 > 3' | wc -l)" = 2 ]
check "a last line without a delimiter gets one" [ "$(printf a | "$MMCAT" --sample=1 | wc -c)" = 2 ]

# --stats reports the seed, with which the run can be repeated.
"$MMCAT" --sample=20 --stats numbers > first 2> err
seed=$(sed -n 's/.*, seed \([0-9]*\), .*/\1/p' err)
check "a seed is reported" [ "$seed" ]
check "the run can be repeated" cmp first <("$MMCAT" --sample=20 --seed="$seed" numbers)
"$MMCAT" --sample=20 --stats numbers > second 2> err
check "runs have different seeds" [ "$(sed -n 's/.*, seed \([0-9]*\), .*/\1/p' err)" != "$seed" ]

for option in '-m 1' -f; do
	check "no $option" refuses "cannot use --sample with ${option%% *}" $option --sample=1 numbers
done
for option in -x -i; do
	check "no $option" refuses "cannot use ${option%% *} with --sample" $option --sample=1 numbers
done
check "no context" refuses "--sample with -A, -B or -C" -C 1 -e 1 --sample=1 numbers
check "no text that crosses lines" refuses "--sample with a text" -e '1\n' --sample=1 numbers
check "no -v alone" refuses "-v without -e" -v --sample=1 numbers
check "no --seed alone" refuses "--seed without --sample" --seed=1 numbers
check "no number" refuses "invalid number of lines" --sample=x numbers
check "no larger seed" refuses "invalid seed" --sample=1 --seed=9223372036854775807 numbers
