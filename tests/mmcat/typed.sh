#!/usr/bin/env bash
# typed.sh - -t: records of a fixed size in selections, last first, at random and after a header
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

check "1500 selections of records are those of Python's struct" \
	timeout 600 python3 "$here/typed.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99
printf 'head\1\2\3\4\5\6\7' > records

# refuses PART ARGUMENT... : mmcat exits with 2 and a message that contains a text.
refuses()
{
	local part=$1

	shift
	"$MMCAT" "$@" > out 2> err
	[ $? = 2 ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$part" err
}

# prints OUTPUT ARGUMENT... : mmcat prints this, and exits with 0.
prints()
{
	local wanted=$1

	shift
	"$MMCAT" "$@" > out 2> err && printf "$wanted" | cmp - out && [ ! -s err ]
}

check "bytes after the selected records are left" \
	[ "$({ "$MMCAT" -t u8 --header=4 -l :2 > /dev/null; wc -c; } < records)" = 5 ]
check "a header with a unit" prints '' -t u8 --header=1K records
check "a header that is larger than any file" prints '0\n' -c -t u8 --header=9223372036854775807 -l 9e18: records
check "--stats reports the seed of a sample" eval '"$MMCAT" -t u8 --sample=2 --stats records > first 2> err &&
	seed=$(sed -n "s/.*, seed \([0-9]*\), .*/\1/p" err) && [ "$seed" ] &&
	"$MMCAT" -t u8 --sample=2 --seed="$seed" records | cmp - first'
for options in "" "-e a" "-x" "-c" "-r" "-i" "--sample=1" "-f" "--compare" "--csv"; do
	check "no --header with $options" refuses "cannot use --header without -t" --header=4 $options records records
done
for list in c 3 1,3- 2-3 a,; do
	check "no fields $list" refuses "$([ $list = a, ] && echo "invalid list of fields 'a,'" ||
		echo "the layout has 2: a, b")" -t a:u8,b:u8 -F $list records
done
check "no -F with --separator" refuses "cannot use --separator with -t" -t u8 -F 1 --separator=';' records
check "no -F with a search" refuses "cannot use -t with a search" -t u8 -F 1 -e a records
check "no -r with -c" refuses "cannot use -r with -c" -t u8 -r -c records
check "no numbers of records" refuses "cannot use -n without -e or -E" -t u8 --sample=1 -n records
check "no --sample with -m" refuses "cannot use --sample with -m" -t u8 --sample=1 -m 1 records
check "no search in records" refuses "cannot use -t with a search" -t u8 --sample=1 -e a records
check "no --seed alone" refuses "cannot use --seed without --sample" -t u8 --seed=1 records
check "no header of two sizes" refuses "cannot use --header with two values: '1' and '2'" -t u8 --header=1 \
	--header=2 records
for size in -1 x 1.2 ''; do
	check "no header of '$size' bytes" refuses "invalid length of the header '$size'" -t u8 --header="$size" records
done
