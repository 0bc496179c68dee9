/* naive_filter.c - a filter of searches
 *
 * SPDX-License-Identifier: MIT */
#include "naive_filter.h"

#include <errno.h>
#include <string.h>

struct state {
	const mmr_slice *bytes;
	int zero;
};

bool naive_filter_keeps(mmr_slice line)
{
	return (line.len + (unsigned char)line.ptr[0]) % 3 != 0;
}

static int start(void *state, void *context)
{
	struct state *own = state;

	if (own->bytes || own->zero)
		return -EPROTO;
	own->bytes = context;
	return 0;
}

static int keep(void *state, mmr_slice line, uint64_t off)
{
	const struct state *own = state;

	if (!own->bytes || line.len == 0 || off > own->bytes->len ||
		line.len > own->bytes->len - off ||
		memcmp(line.ptr, own->bytes->ptr + off, line.len) != 0)
		return -EPROTO;
	return naive_filter_keeps(line);
}

const mmr_search_filter *naive_filter_of(mmr_slice bytes)
{
	static mmr_slice known;
	static const mmr_search_filter filter = {.keep = keep,
		.start = start,
		.context = &known,
		.state_size = sizeof(struct state)};

	known = bytes;
	return &filter;
}
