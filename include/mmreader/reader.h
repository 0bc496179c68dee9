/* reader.h - a file of any size as bytes that can be pointed at
 *
 * One handle for every kind of file. Where the bytes lie is the reader's business: mapped,
 * copied (small and unmappable files), the caller's own, or nowhere (a file that the address space
 * cannot hold). Results are the same on all of them; mmr_backing() tells which one it is.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_READER_H
#define MMREADER_READER_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

typedef struct mmr_reader mmr_reader;

enum mmr_backing_kind {
	MMR_BACKING_AUTO = 0, /* only as an option: let mmr_open choose */
	MMR_BACKING_MAPPED,   /* a shared read-only map of the file */
	MMR_BACKING_COPIED,   /* read into memory once, when opened */
	MMR_BACKING_CALLER,   /* memory that the caller owns */
	MMR_BACKING_UNMAPPED, /* no addresses: mmr_read_at and scans work, slices do not */
	MMR_BACKING_STREAM    /* read once, forward: scans work, but nothing that needs an offset */
};

/* "To the end", as a length. A length of 0 is truly empty. */
#define MMR_REST UINT64_MAX

/* How to open. Start from MMR_READER_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_reader_options {
	size_t struct_size;
	uint64_t offset;               /* where the part begins; any alignment */
	uint64_t length;               /* of the part; MMR_REST = to the end */
	uint64_t reserve;              /* addresses kept free after the end: as long as growth fits
					  them, mmr_refresh does not move mmr_bytes */
	enum mmr_backing_kind backing; /* AUTO, or any but CALLER: that or an error */
	bool keep_pages;               /* walks drop no pages; see mmr_bytes */
	bool wait;                     /* wait until a FIFO has a writer */
} mmr_reader_options;

/* clang-format off */
#define MMR_READER_OPTIONS_INIT \
	{ sizeof(mmr_reader_options), 0, MMR_REST, 0, MMR_BACKING_AUTO, false, false }
/* clang-format on */

/* Opens the file, device or FIFO at `path` for reading.
 *
 * Left to itself it maps regular files and block devices; reads files under 16 KiB, pseudo files
 * (/proc and /sys, whose size is 0 or a lie) and files that refuse to be mapped into memory; and
 * leaves unmapped what is too large for either. FIFOs, sockets, terminals and other character
 * devices become streams: opening them takes no byte and never waits, unless `wait` is set; the
 * first scan waits for the writer of a FIFO. An empty file opens and is empty.
 *
 * Shape: `options` may be NULL. `offset` beyond the end gives an empty part; a `length` that
 *   reaches beyond the end is cut there.
 * Errors: any errno of open(2), fstat(2), read(2), -ENOMEM; -EISDIR; -EINVAL (options);
 *   MMR_ESTREAM for a stream when another backing was demanded; -ESPIPE for a part of a stream;
 *   MMR_ENOMAP when MAPPED was demanded and is impossible; -EFBIG for a pseudo file of more than 64
 *   MiB, unless COPIED or STREAM was demanded.
 * Lifetime: until mmr_close. The reader keeps one descriptor (close-on-exec).
 * Threads: safe; the reader may be read by any number of threads. */
MMR_API int mmr_open(const char *path, const mmr_reader_options *options, mmr_reader **ret_reader);

/* Like mmr_open, but of a descriptor. The reader keeps a duplicate; `fd` stays the caller's. Its
 * file offset is neither used nor moved, except by a stream: if it can be moved, it is at the first
 * unused byte after each scan.
 *
 * Errors: as mmr_open, and -EBADF when `fd` is not open for reading. */
MMR_API int mmr_open_fd(int fd, const mmr_reader_options *options, mmr_reader **ret_reader);

/* A reader over memory that the caller keeps alive and unchanged until mmr_close.
 *
 * Shape: `bytes` may be NULL when `len` is 0.
 * Errors: -ENOMEM; -EINVAL for NULL with a length. */
MMR_API int mmr_open_memory(const void *bytes, size_t len, mmr_reader **ret_reader);

/* Ends a reader; every slice of it dies, and nothing may use it any more. NULL is allowed. */
MMR_API void mmr_close(mmr_reader *reader);

/* Bytes in the part, as of mmr_open or the last mmr_refresh; MMR_REST for a stream. Threads: safe.
 */
MMR_API uint64_t mmr_size(const mmr_reader *reader);

/* Where the bytes lie. Threads: safe. */
MMR_API enum mmr_backing_kind mmr_backing(const mmr_reader *reader);

/* What can be done with a reader. */
enum mmr_abilities {
	MMR_HAS_OFFSETS = 1,  /* mmr_read_at, backward scans, shards, a known size */
	MMR_HAS_ADDRESSES = 2 /* mmr_bytes, and with it slices and iterators */
};

/* Returns: flags of enum mmr_abilities; 0 for a stream. Threads: safe. */
MMR_API unsigned mmr_abilities(const mmr_reader *reader);

/* The bytes of a stream that scans have used: skipped, or returned as part of a block. Bytes after
 * them are left to the next scan. 0 for other readers. Threads: safe. */
MMR_API uint64_t mmr_consumed(const mmr_reader *reader);

/* Copies up to 64 of the first bytes. Of a stream, those that scans have read; it never waits.
 *
 * Errors: as mmr_read_at. Threads: safe, but not during a scan of a stream. */
MMR_API int mmr_head(const mmr_reader *reader, void *buffer, size_t len, size_t *ret_len);

/* All bytes of the part.
 *
 * Returns: of an UNMAPPED reader or a stream, a slice of length 0 that remembers: slicing or
 * iterating it fails with MMR_ENOMAP instead of finding nothing. Memory: pages of a map come into
 * memory when they are touched. An iterator that walks over a map (lines, fields, tables,
 * positions, matches, records, chunks, matches of a regex, in either direction) drops the pages
 * that it has passed, except the last few MiB, if the part is larger than 64 MiB. A walk then has
 * about 10 MiB of the file in memory, or what its longest line or record needs. Slices of dropped
 * pages stay valid: a page that is touched again comes back from the page cache or from the device,
 * and then stays. Set `keep_pages` for a large file that is walked over repeatedly; memory then
 * grows with what was touched.
 *
 * Lifetime: until mmr_close. After a truncation, touching the lost pages raises SIGBUS, unless it
 *   happens inside the library with its guard installed. Lost bytes in the page of the cut read as
 *   zeroes; mmr_check detects this.
 * Threads: safe. */
MMR_API mmr_slice mmr_bytes(const mmr_reader *reader);

/* Copies bytes out, by pread(2) where there is a file: it can fail but not fault.
 *
 * Units: `off` counts from the start of the part.
 * Returns: 0; `*ret_len` bytes were copied, fewer than `len` only at the end of the part.
 * Errors: -ESPIPE for a stream; MMR_ETRUNCATED when the file has become shorter; any errno of
 *   pread(2). On failure
 *   `*ret_len` and the buffer's content are unspecified.
 * Threads: safe. */
MMR_API int mmr_read_at(
	const mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Takes in what was appended to the file since it was opened or refreshed. Old slices stay valid.
 * mmr_bytes may have another address afterwards: a file that grows out of its map, or out of its
 * copy, gets a larger one, and the old one is kept until mmr_close. A copied file that grows beyond
 * 16 KiB is mapped, unless COPIED was demanded.
 *
 * Returns: 0 when the size is what it was, 1 when it has grown. A range of fixed length never
 *   grows, memory of the caller's never grows.
 * Errors: MMR_ETRUNCATED when the file has become shorter; MMR_ENOROOM when the address space has
 *   no room for the growth; -ENOMEM; errno of fstat(2) and pread(2). The reader is then as before.
 * Threads: one refresh at a time; others may read meanwhile. */
MMR_API int mmr_refresh(mmr_reader *reader);

/* Whether the file is still the one that was opened.
 *
 * Errors: MMR_ETRUNCATED when it is shorter than mmr_size says; MMR_ECHANGED when size, times or
 *   inode differ, or another file has taken its path; errno of fstat(2). Memory never changes.
 * Threads: safe. */
MMR_API int mmr_check(const mmr_reader *reader);

enum mmr_advice {
	MMR_ADVICE_NORMAL = 0,
	MMR_ADVICE_SEQUENTIAL, /* read ahead far, keep little */
	MMR_ADVICE_RANDOM      /* read ahead nothing */
};

/* Tells the kernel how a range will be read. Advice is never needed for a right result.
 *
 * Shape: the range is clamped to the part. Without a map it does nothing.
 * Errors: errno of madvise(2). Threads: safe. */
MMR_API int mmr_advise(
	const mmr_reader *reader, uint64_t off, uint64_t len, enum mmr_advice advice);

/* Starts reading a range from the device and returns at once. Like mmr_advise otherwise. */
MMR_API int mmr_prefetch(const mmr_reader *reader, uint64_t off, uint64_t len);

/* Gives the memory of a range back: resident pages are dropped from the map, slices stay valid and
 * bring them back when touched. Certain on Linux, a mere hint elsewhere. Like mmr_advise otherwise.
 */
MMR_API int mmr_release(const mmr_reader *reader, uint64_t off, uint64_t len);

/* --- Extents of a sparse file ----------------------------------------------------------------- */

/* A range of data between holes. A hole reads as zeroes, uses no disk space, and can be as large as
 * the file system allows. A scan that finds nothing in zeroes can skip holes. */
typedef struct mmr_extent {
	uint64_t off; /* from the start of the reader */
	uint64_t len;
} mmr_extent;

/* Members are private. At most 32 bytes. */
typedef struct mmr_extents {
	const mmr_reader *reader;
	uint64_t off, stop;
} mmr_extents;

/* The extents of a reader, in order. Lifetime: that of the reader. */
MMR_API mmr_extents mmr_extents_of(const mmr_reader *reader);

/* The extents of a range of the reader, cut at the ends of the range. */
MMR_API mmr_extents mmr_extents_of_range(const mmr_reader *reader, uint64_t off, uint64_t len);

/* The next extent. Bytes between two extents are a hole. If the file system does not report holes,
 * and in memory, all bytes are one extent. So it is always enough to read the extents.
 *
 * Returns: false after the last one. */
MMR_API bool mmr_extents_next(mmr_extents *it, mmr_extent *ret_extent);

MMR_END_DECLS

#endif
