#!/usr/bin/env bash
# run.sh - runs fuzz targets with libFuzzer, AddressSanitizer and UBSan
#
#	run.sh SECONDS [TARGET...]	builds and runs in ./fuzz
#
# FUZZ_RUNS=N in the environment also limits each target to N executions. Needs clang with its
# run-time libraries. New inputs are kept in ./fuzz. When a defect is fixed, add the input that
# shows it to tests/fuzz/corpus/TARGET.
#
# SPDX-License-Identifier: MIT
set -eu

seconds=$1
shift
source=$(cd "${0%/*}/../.." && pwd)
clang=${FUZZ_CC-clang}

mkdir -p fuzz
cd fuzz
printf 'int LLVMFuzzerTestOneInput(const char *d, long n){return d != 0 && n > 99;}\n' > probe.c
if ! "$clang" -fsanitize=fuzzer,address,undefined -o probe probe.c 2> probe.log; then
	echo "run.sh: no libFuzzer: $(head -n 1 probe.log)" >&2
	exit 77
fi
if [ ! -f Makefile ]; then
	"$source/configure" -q --disable-shared --enable-sanitizers=address,undefined CC="$clang" \
		CFLAGS='-O2 -g -fsanitize=fuzzer-no-link'
fi
make -s libmmreader_internal.la

if [ $# = 0 ]; then
	set -- "$source"/tests/fuzz/fuzz_*.c
	set -- "${@##*/fuzz_}"
	set -- "${@%.c}"
fi

# Prints a value of the header comment of $target: Length of inputs, Links to files, Wraps of
# functions.
header_value()
{
	sed -n "s#^ \\* $1: ##p" "$source/tests/fuzz/fuzz_$target.c"
}

flags=(-std=gnu11 -O2 -g "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all
	-DHAVE_CONFIG_H -I. -I"$source/include" -I"$source/src" -I"$source/tools")
status=0
for target in "$@"; do
	length=$(header_value Length)
	# Comparisons in a target belong to its oracle and do not guide the search. Tracing them would
	# take most of the time.
	"$clang" "${flags[@]}" -fno-sanitize-coverage=trace-cmp -c -o "fuzz_$target.o" \
		"$source/tests/fuzz/fuzz_$target.c"
	# shellcheck disable=SC2046
	"$clang" "${flags[@]}" -o "fuzz_$target" "fuzz_$target.o" \
		$(header_value Links | sed "s#\(tools\|tests\)/#$source/\1/#g") \
		$(header_value Wraps | sed 's#[^ ][^ ]*#-Wl,--wrap=&#g') \
		.libs/libmmreader_internal.a -pthread -ldl
	mkdir -p "corpus_$target"
	dictionary=$source/tests/fuzz/$target.dict
	# shellcheck disable=SC2046
	if ! "./fuzz_$target" -max_total_time="$seconds" -runs="${FUZZ_RUNS:--1}" \
		-print_final_stats=1 -verbosity=0 \
		-max_len="${length:-4096}" $([ ! -f "$dictionary" ] || echo "-dict=$dictionary") \
		"corpus_$target" "$source/tests/fuzz/corpus/$target" 2> "$target.log"; then
		echo "fuzz_$target: failed; see fuzz/$target.log" >&2
		status=1
	fi
	awk -v name="$target" '/number_of_executed_units/ { runs = $2 }
		/average_exec_per_sec/ { rate = $2 }
		END { printf "%-10s %12d executions, %8d per second\n", name, runs, rate }' \
		"$target.log"
done
exit $status
