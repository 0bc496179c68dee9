/* memory.h - what the library, the process and a file hold in memory
 *
 * Three questions that are easily mixed up. The library's heap: counted here, block by block. The
 * process: what the kernel says is resident, by kind; pages of a mapped file are in it, and go when
 * memory is wanted elsewhere. A file: how much of it the kernel keeps in its page cache, for
 * whichever process; reading that part again takes no device.
 *
 * What the system does not tell is MMR_UNKNOWN, never a 0 that looks like a figure.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_MEMORY_H
#define MMREADER_MEMORY_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* --- The library's heap --- */

/* Bytes of heap that the library holds now, and the most that it has held.
 *
 * Units: bytes as asked for; the allocator's own overhead is not in it, nor is what libraries that
 *   are loaded when needed take for themselves.
 * Threads: safe. */
MMR_API uint64_t mmr_heap_bytes(void);
MMR_API uint64_t mmr_heap_peak(void);

/* Where the library gets its heap from. */
typedef struct mmr_allocator {
	/* At least `size` bytes (never 0), aligned for every type as malloc(3) does it: to 16 bytes
	 * on x86-64 and AArch64. NULL when there are none: the call then answers -ENOMEM. */
	void *(*alloc)(void *context, size_t size);
	/* Takes back what `alloc` of the same allocator gave; never NULL. */
	void (*free)(void *context, void *memory);
	void *context; /* handed to both */
} mmr_allocator;

/* Takes all heap of the library from `allocator` from now on; NULL goes back to malloc(3). At any
 * time: each block remembers where it came from, and goes back there.
 *
 * Shape: one byte is taken and given back, to see the alignment.
 * Errors: -EINVAL when a function is missing or the alignment is wrong; nothing has changed then.
 * Lifetime: the struct is not copied: it, and what its context is, must live as long as blocks of
 *   it are held. The sentence of mmr_last_error is such a block, until its thread ends: best is
 *   static.
 * Threads: safe. The two functions are called by any thread, several at once; they may ask
 *   mmr_heap_bytes, but nothing that allocates. */
MMR_API int mmr_heap_replace(const mmr_allocator *allocator);

/* --- The process --- */

#define MMR_UNKNOWN UINT64_MAX

/* In bytes; each is MMR_UNKNOWN where the system does not tell. */
typedef struct mmr_memory {
	uint64_t resident;      /* the next three together */
	uint64_t anonymous;     /* without a file: heap, stacks, private copies of pages */
	uint64_t file;          /* pages of mapped files that this process has touched */
	uint64_t shared;        /* shared memory, files of tmpfs and memfd among it */
	uint64_t resident_peak; /* the most that `resident` has been */
	uint64_t page_tables;   /* not resident in the sense above, but paid for all the same */
	uint64_t heap;          /* mmr_heap_bytes() */
	uint64_t heap_peak;     /* mmr_heap_peak() */
} mmr_memory;

/* What this process holds in memory now.
 *
 * Units: since Linux 6.2 the kernel's counters may lag behind by some dozens of pages for each
 *   processor; /proc/self/smaps_rollup is exact, but walks all page tables.
 * Threads: safe.
 * Source: proc(5), /proc/self/status: VmRSS, RssAnon, RssFile, RssShmem, VmHWM, VmPTE. Elsewhere
 *   than on Linux getrusage(2), which knows the peak alone. */
MMR_API void mmr_memory_usage(mmr_memory *ret_memory);

/* --- A file --- */

enum mmr_residency_source {
	MMR_RESIDENCY_UNKNOWN = 0,
	MMR_RESIDENCY_HELD,      /* without asking: a copy on the heap, or an empty range */
	MMR_RESIDENCY_CACHESTAT, /* cachestat(2), Linux 6.5 or later */
	MMR_RESIDENCY_MINCORE    /* mincore(2), page by page: 1 s for 100 to 500 GiB */
};

/* How much of a range is in memory. */
typedef struct mmr_residency {
	uint64_t bytes;    /* of the pages that the range touches, in full */
	uint64_t resident; /* of these; MMR_UNKNOWN when `source` is */
	enum mmr_residency_source source;
	/* Why it is unknown, else 0. -EPERM: the kernel tells only who owns the file or may write
	 * it. -ENOSYS: it has no call for it. -ENOTSUP: the caller's memory, which may be anything.
	 * Or an errno of mmap(2) or mincore(2). */
	int reason;
} mmr_residency;

typedef struct mmr_reader_memory_info {
	enum mmr_backing_kind backing;
	uint64_t mapped;      /* bytes of address space, with those in reserve */
	uint64_t heap;        /* bytes of the library's heap, with the copy of a COPIED file */
	mmr_residency cached; /* of the whole part, in the kernel's page cache; see below */
} mmr_reader_memory_info;

/* What a reader holds in memory.
 *
 * Threads: safe. */
MMR_API void mmr_reader_memory(const mmr_reader *reader, mmr_reader_memory_info *ret_info);

#define MMR_BUCKET_FULL    1000
#define MMR_BUCKET_UNKNOWN UINT16_MAX

/* Where a range is in memory, for drawing: its pages are shared out evenly among `n` buckets, in
 * order. Where there are more buckets than pages, neighbours show the same page.
 *
 * Shape: the range is clamped to the part. `buckets` may be NULL when `n` is 0; of an empty range
 *   all are 0.
 * Units: each bucket is the thousandth part of its pages that are resident. 0 is none and
 *   MMR_BUCKET_FULL is all, without exception: what rounds to either is 1 or 999.
 *   MMR_BUCKET_UNKNOWN stands in all of them or in none.
 * Returns: 0, also when it is unknown; `*ret_residency` is about the whole range. It takes no heap,
 *   and with cachestat one system call a bucket, whose time goes by what is in memory: holes and
 *   what lies on the device cost nothing.
 * Errors: -EINVAL for more than UINT32_MAX buckets, or NULL.
 * Threads: safe.
 * Source: mincore(2) answers "all resident" to who may not know; such an answer is not passed on.
 */
MMR_API int mmr_reader_residency(const mmr_reader *reader, uint64_t off, uint64_t len,
	uint16_t *buckets, size_t n, mmr_residency *ret_residency);

MMR_END_DECLS

#endif
