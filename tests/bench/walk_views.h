/* walk_views.h - the walk over lines of bench_iterators.c, in C++
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_BENCH_WALK_VIEWS_H
#define TESTS_BENCH_WALK_VIEWS_H

#include <mmreader.h>

MMR_BEGIN_DECLS

/* The same sums as struct sum of bench_iterators.c. */
void walk_views(
	mmr_slice bytes, uint64_t *ret_n_lines, uint64_t *ret_n_bytes, uint64_t *ret_firsts);

MMR_END_DECLS

#endif
