/* heap.c - the one door to malloc, with a count of what went through it
 *
 * "Bounded memory" is a promise that anyone may check, so every allocation of the library is
 * counted here. A header of one alignment unit in front of each block remembers its size.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <mmreader/memory.h>

#include <stdatomic.h>
#include <stdlib.h>

#define HEADER sizeof(max_align_t)

static _Atomic(uint64_t) heap_bytes;
static _Atomic(uint64_t) heap_peak;

static void count_up(size_t size)
{
	uint64_t now = atomic_fetch_add_explicit(&heap_bytes, size, memory_order_relaxed) + size;
	uint64_t peak = atomic_load_explicit(&heap_peak, memory_order_relaxed);

	while (peak < now && !atomic_compare_exchange_weak_explicit(&heap_peak, &peak, now,
				     memory_order_relaxed, memory_order_relaxed))
		;
}

void *heap_alloc(size_t size)
{
	char *memory;

	if (size > SIZE_MAX - HEADER)
		return NULL;
	memory = malloc(HEADER + size);
	if (!memory)
		return NULL;
	*(size_t *)(void *)memory = size;
	count_up(size);
	return memory + HEADER;
}

void heap_free(void *memory)
{
	char *header;

	if (!memory)
		return;
	header = (char *)memory - HEADER;
	atomic_fetch_sub_explicit(&heap_bytes, *(size_t *)(void *)header, memory_order_relaxed);
	free(header);
}

uint64_t mmr_heap_bytes(void)
{
	return atomic_load_explicit(&heap_bytes, memory_order_relaxed);
}

uint64_t mmr_heap_peak(void)
{
	return atomic_load_explicit(&heap_peak, memory_order_relaxed);
}
