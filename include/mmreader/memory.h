/* memory.h - what the library and the process hold in memory
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_MEMORY_H
#define MMREADER_MEMORY_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Bytes of heap that the library holds now, and the most that it has held.
 *
 * Units: bytes as asked for; the allocator's own overhead is not in it.
 * Threads: safe. */
MMR_API uint64_t mmr_heap_bytes(void);
MMR_API uint64_t mmr_heap_peak(void);

MMR_END_DECLS

#endif
