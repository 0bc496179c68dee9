/* high.c - tests the highest bits of many bytes at once
 *
 * SPDX-License-Identifier: MIT */
#include "text/high.h"

#include "file/guard.h"
#include "simd/load.h"

#define HIGH_BITS (UINT64_C(0x8080808080808080))
/* Words that are tested together. */
#define WORDS 16

static uint64_t any_of(const char *ptr)
{
	uint64_t any = 0;
	size_t i;

	for (i = 0; i < WORDS; i++)
		any |= load_u64le(ptr + i * sizeof(any));
	return any & HIGH_BITS;
}

static size_t find(const char *ptr, size_t len)
{
	size_t at = 0;

	while (len - at >= WORDS * sizeof(uint64_t) && !any_of(ptr + at))
		at += WORDS * sizeof(uint64_t);
	while (at < len && (unsigned char)ptr[at] < 0x80)
		at++;
	return at;
}

int high_next(mmr_slice bytes, size_t from, size_t *ret_at)
{
	const char *start;
	size_t len = bytes.len - from;
	struct guard guard;

	if (len == 0)
		return 0;
	start = bytes.ptr + from;
	if (!GUARD_ENTER(&guard, start, len))
		return guard_fault(&guard);
	*ret_at = from + find(start, len);
	guard_leave(&guard);
	return *ret_at < bytes.len;
}
