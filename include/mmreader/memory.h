/* memory.h - reports the memory used by the library, by the process and by a file
 *
 * These are three different quantities. The library counts its own heap, allocation by allocation.
 * The kernel counts the resident memory of the process, by kind: this includes pages of mapped
 * files, which the kernel drops when other uses need memory. The page cache holds pages of a file
 * for all processes: reading these again needs no device access.
 *
 * A value that the system does not report is MMR_UNKNOWN, never 0.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_MEMORY_H
#define MMREADER_MEMORY_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* --- The library's heap --- */

/* Bytes of heap that the library uses now, and the maximum so far.
 *
 * Units: bytes as requested, without the allocator's overhead and without the memory that optional
 *   libraries allocate themselves.
 * Threads: safe. */
MMR_API uint64_t mmr_heap_bytes(void);
MMR_API uint64_t mmr_heap_peak(void);

/* Where the library gets its heap from. */
typedef struct mmr_allocator {
	/* Returns at least `size` bytes (never 0), aligned for every type as by malloc(3): to 16
	 * bytes on x86-64 and AArch64. Returns NULL if there is no memory: the library's call then
	 * fails with -ENOMEM. */
	void *(*alloc)(void *context, size_t size);
	/* Frees memory that `alloc` of the same allocator returned; never NULL. */
	void (*free)(void *context, void *memory);
	void *context; /* passed to both */
} mmr_allocator;

/* Makes the library allocate all heap with `allocator` from now on; NULL restores malloc(3). May be
 * called at any time: each block is freed by the allocator that it came from.
 *
 * Shape: the call allocates and frees one byte to check the alignment.
 * Errors: -EINVAL when a function is missing or the alignment is wrong; nothing has changed then.
 * Lifetime: the struct is not copied. It and its context must stay valid while the library holds
 *   blocks of it. The message of mmr_last_error is such a block until its thread ends, so a static
 *   allocator is best.
 * Threads: safe. The two functions are called by any thread, and by several at a time. They may
 *   call mmr_heap_bytes, but nothing that allocates. */
MMR_API MMR_MUST_CHECK int mmr_heap_replace(const mmr_allocator *allocator);

/* --- The process --- */

/* Instead of a number that the system does not report. */
#define MMR_UNKNOWN UINT64_MAX

/* In bytes; MMR_UNKNOWN if the system does not report the value. */
typedef struct mmr_memory {
	uint64_t resident;      /* the sum of the next three */
	uint64_t anonymous;     /* without a file: heap, stacks, private copies of pages */
	uint64_t file;          /* pages of mapped files that this process has touched */
	uint64_t shared;        /* shared memory, including files of tmpfs and memfd */
	uint64_t resident_peak; /* the maximum of `resident` so far */
	uint64_t page_tables;   /* used by the process, but not included in `resident` */
	uint64_t heap;          /* mmr_heap_bytes() */
	uint64_t heap_peak;     /* mmr_heap_peak() */
} mmr_memory;

/* The memory that this process uses now.
 *
 * Units: since Linux 6.2 the kernel's counters may lag behind by some dozens of pages for each
 *   processor. /proc/self/smaps_rollup is exact, but walks all page tables.
 * Threads: safe.
 * Source: proc(5), /proc/self/status: VmRSS, RssAnon, RssFile, RssShmem, VmHWM, VmPTE. On systems
 *   other than Linux getrusage(2), which reports only the peak. */
MMR_API void mmr_memory_usage(mmr_memory *ret_memory);

/* How many bytes of memory this process may still use, the page cache included: the least that the
 * system and each of its control groups have left.
 *
 * Returns: MMR_UNKNOWN if the system does not report it.
 * Threads: safe.
 * Source: proc(5), /proc/meminfo: MemAvailable; memory.max and memory.current of cgroup v2, and
 *   their names in cgroup v1. */
MMR_API uint64_t mmr_memory_available(void);

/* --- A file --- */

/* How residency was found out. */
enum mmr_residency_source {
	MMR_RESIDENCY_UNKNOWN = 0,
	MMR_RESIDENCY_HELD,      /* known without a system call: a heap copy or an empty range */
	MMR_RESIDENCY_CACHESTAT, /* cachestat(2), Linux 6.5 or later */
	MMR_RESIDENCY_MINCORE    /* mincore(2), page by page: 1 s for 100 to 500 GiB */
};

/* How much of a range is in memory. */
typedef struct mmr_residency {
	uint64_t bytes;    /* size of all pages that the range touches */
	uint64_t resident; /* how many of these bytes; MMR_UNKNOWN if `source` is UNKNOWN */
	enum mmr_residency_source source;
	/* Why it is unknown, else 0. -EPERM: the kernel reports it only to a user who owns the file
	 * or may write it. -ENOSYS: the kernel has no call for it. -ENOTSUP: the caller's memory,
	 * which may be of any kind. Other values are an errno of mmap(2) or mincore(2). */
	int reason;
} mmr_residency;

/* The memory of a reader. */
typedef struct mmr_reader_memory_info {
	enum mmr_backing_kind backing;
	uint64_t mapped;      /* bytes of address space, including the reserve */
	uint64_t heap;        /* bytes of the library's heap, including the copy of a COPIED file */
	mmr_residency cached; /* all bytes of the reader in the kernel's page cache; see below */
} mmr_reader_memory_info;

/* The memory that a reader uses.
 *
 * Threads: safe. */
MMR_API void mmr_reader_memory(const mmr_reader *reader, mmr_reader_memory_info *ret_info);

/* In buckets: all pages are resident; their residency is unknown. */
#define MMR_BUCKET_FULL    1000
#define MMR_BUCKET_UNKNOWN UINT16_MAX

/* Reports which pages of a range are in memory, for drawing. The pages are divided evenly among `n`
 * buckets, in order. If there are more buckets than pages, neighbours show the same page.
 *
 * This allocates no heap. With cachestat it takes one system call per bucket, whose time grows with
 * the number of resident pages: holes and pages that are only on the device cost nothing.
 *
 * Shape: the range is clamped to the reader. `buckets` may be NULL when `n` is 0. All buckets of an
 *   empty range are 0.
 * Units: thousandths of the bucket's pages that are resident. 0 always means none and
 *   MMR_BUCKET_FULL always means all: shares that would round to them become 1 or 999.
 *   MMR_BUCKET_UNKNOWN is in all buckets or in none.
 * Returns: 0, even if the residency is unknown; `*ret_residency` is that of the whole range.
 * Errors: -EINVAL for more than UINT32_MAX buckets, or NULL.
 * Threads: safe.
 * Source: mincore(2) reports all pages as resident to users without permission. Such a result is
 *   reported as -EPERM.
 */
MMR_API MMR_MUST_CHECK int mmr_reader_residency(const mmr_reader *reader, uint64_t off,
	uint64_t len, uint16_t *buckets, size_t n, mmr_residency *ret_residency);

MMR_END_DECLS

#endif
