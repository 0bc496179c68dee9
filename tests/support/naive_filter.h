/* naive_filter.h - a filter of searches, and the rule that it must have followed
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_NAIVE_FILTER_H
#define TESTS_NAIVE_FILTER_H

#include <mmreader/search.h>

/* Whether the filter keeps a line or record, with its delimiter: by its length and first byte. */
bool naive_filter_keeps(mmr_slice line);

/* The filter. It fails with -EPROTO if it gets other bytes than those of the reader at the offset,
 * or a state that was not started.
 *
 * Lifetime: until the next call. The bytes must live as long. */
const mmr_search_filter *naive_filter_of(mmr_slice bytes);

#endif
