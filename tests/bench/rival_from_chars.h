/* rival_from_chars.h - declares the rival of bench_numbers.c
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_RIVAL_FROM_CHARS_H
#define TESTS_BENCH_RIVAL_FROM_CHARS_H

#include <mmreader.h>

MMR_BEGIN_DECLS

/* Returns: the sum of the numbers in the texts; 0 without std::from_chars for double. */
double rival_from_chars(const mmr_slice *texts, size_t n);

MMR_END_DECLS

#endif
