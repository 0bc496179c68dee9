/* heap.c - allocates all heap memory of the library, and counts it
 *
 * The library promises bounded memory. Every allocation is counted, so that users can check this. A
 * header before each block holds the size and the allocator of the block. Therefore the allocator
 * can be replaced while blocks of several allocators exist, without stopping other threads.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <mmreader/memory.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The size of the header is a multiple of the largest alignment, so the memory after it is aligned.
 */
union header {
	struct {
		size_t size;
		const mmr_allocator *owner;
	} block;
	max_align_t align;
};

static void *system_alloc(void *context, size_t size)
{
	(void)context;
	return malloc(size);
}

static void system_free(void *context, void *memory)
{
	(void)context;
	free(memory);
}

static const mmr_allocator system_allocator = {system_alloc, system_free, NULL};

static _Atomic(const mmr_allocator *) allocator_now = &system_allocator;
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
	const mmr_allocator *owner;
	union header *header;

	if (size > SIZE_MAX - sizeof(*header))
		return NULL;
	owner = atomic_load_explicit(&allocator_now, memory_order_acquire);
	header = owner->alloc(owner->context, sizeof(*header) + size);
	if (!header)
		return NULL;
	header->block.size = size;
	header->block.owner = owner;
	count_up(size);
	return header + 1;
}

void heap_free(void *memory)
{
	const mmr_allocator *owner;
	union header *header;

	if (!memory)
		return;
	header = (union header *)memory - 1;
	owner = header->block.owner;
	atomic_fetch_sub_explicit(&heap_bytes, header->block.size, memory_order_relaxed);
	owner->free(owner->context, header);
}

size_t heap_size(const void *memory)
{
	return memory ? ((const union header *)memory - 1)->block.size : 0;
}

static bool aligns(const mmr_allocator *allocator)
{
	void *probe = allocator->alloc(allocator->context, 1);
	bool aligned = (uintptr_t)probe % _Alignof(max_align_t) == 0;

	if (probe)
		allocator->free(allocator->context, probe);
	return aligned;
}

int mmr_heap_replace(const mmr_allocator *allocator)
{
	if (!allocator)
		allocator = &system_allocator;
	if (!allocator->alloc || !allocator->free)
		return error_set(-EINVAL, "use an allocator without both of its functions");
	if (!aligns(allocator)) {
		error_set(-EINVAL, "use an allocator whose blocks are not aligned for every type");
		return error_hint(-EINVAL, "align them as malloc does");
	}
	atomic_store_explicit(&allocator_now, allocator, memory_order_release);
	return 0;
}

uint64_t mmr_heap_bytes(void)
{
	return atomic_load_explicit(&heap_bytes, memory_order_relaxed);
}

uint64_t mmr_heap_peak(void)
{
	return atomic_load_explicit(&heap_peak, memory_order_relaxed);
}
