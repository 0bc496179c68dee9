/* reader.h - opens files, devices, pipes and memory, and gives access to their bytes
 *
 * A reader is an open input of any size. Its backing is how its bytes are reached: through a map,
 * a copy or the caller's memory; by reads only, without addresses; or as a stream. The backing
 * decides which calls are possible (see mmr_abilities), but not their results.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_READER_H
#define MMREADER_READER_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* An open input. */
typedef struct mmr_reader mmr_reader;

/* How the bytes of a reader are reached. */
enum mmr_backing_kind {
	MMR_BACKING_AUTO = 0, /* as an option only: mmr_open chooses */
	MMR_BACKING_MAPPED,   /* a shared read-only map of the file */
	MMR_BACKING_COPIED,   /* read into memory once, when opened */
	MMR_BACKING_CALLER,   /* memory that the caller owns */
	MMR_BACKING_UNMAPPED, /* no addresses: mmr_read_at and scans work, slices do not */
	MMR_BACKING_STREAM    /* read once, forward: scans work, calls that need offsets do not */
};

/* As a length: up to the end. A length of 0 is an empty range. */
#define MMR_REST UINT64_MAX

/* Options of a reader. Start from MMR_READER_OPTIONS_INIT, so that members can be added later. */
typedef struct mmr_reader_options {
	size_t struct_size;
	uint64_t offset; /* of the range in the file; any alignment */
	uint64_t length; /* of the range; MMR_REST: up to the end */
	/* Bytes of address space to keep free after the end of a map: until the file has grown by
	 * more, mmr_refresh does not change the address of mmr_bytes. Ignored for a copy, and if
	 * there is no room. */
	uint64_t reserve;
	enum mmr_backing_kind backing; /* AUTO, or the only one to use; not CALLER */
	bool keep_pages;               /* iterators do not drop pages; see mmr_bytes */
	bool wait;                     /* wait until a FIFO has a writer */
} mmr_reader_options;

/* clang-format off */
#define MMR_READER_OPTIONS_INIT \
	{ sizeof(mmr_reader_options), 0, MMR_REST, 0, MMR_BACKING_AUTO, false, false }
/* clang-format on */

/* Opens the file, device or FIFO at `path` for reading.
 *
 * With AUTO, regular files and block devices are mapped, with these exceptions. Ranges below 16 KiB
 * are copied, unless `reserve` is set. Pseudo files (in /proc and /sys, whose size is wrong) are
 * copied. If the file system does not support maps, ranges up to 64 MiB are copied, and larger ones
 * stay unmapped. Ranges that do not fit into the address space stay unmapped. FIFOs, sockets,
 * terminals and other character devices are streams. Opening a stream reads nothing, and waits only
 * if `wait` is set; the first scan waits for the writer of a FIFO. An empty file is not an error.
 *
 * Shape: `options` may be NULL. If `offset` is after the end of the file, the range is empty. If
 *   `length` exceeds the rest of the file, the range ends with the file.
 * Errors: errno of open(2), fstat(2) and read(2); -ENOMEM; -EISDIR; -EINVAL for invalid options;
 *   MMR_ESTREAM for a stream if another backing was requested; -ESPIPE for a range of a stream;
 *   MMR_ENOMAP if MAPPED was requested but is not possible; -EFBIG with AUTO for a range above 64
 *   MiB of a pseudo file.
 * Lifetime: until mmr_close. The reader keeps one descriptor, which is closed on exec.
 * Threads: safe. Any number of threads may use the reader, but only one scan of a stream and one
 *   mmr_refresh at a time. */
MMR_API MMR_MUST_CHECK int mmr_open(
	const char *path, const mmr_reader_options *options, mmr_reader **ret_reader);

/* Like mmr_open, but for a descriptor. The reader keeps a duplicate; the caller still has to close
 * `fd`. The file offset is neither used nor moved, except by a stream. If a stream has a file
 * offset, as a file that is opened with STREAM, each scan leaves it at the first unused byte.
 *
 * Errors: like mmr_open, and -EBADF if `fd` is not open for reading. */
MMR_API MMR_MUST_CHECK int mmr_open_fd(
	int fd, const mmr_reader_options *options, mmr_reader **ret_reader);

/* Opens memory of the caller, which must stay valid and unchanged until mmr_close.
 *
 * Shape: `bytes` may be NULL if `len` is 0.
 * Errors: -ENOMEM; -EINVAL for NULL with a length. */
MMR_API MMR_MUST_CHECK int mmr_open_memory(const void *bytes, size_t len, mmr_reader **ret_reader);

/* Closes a reader. Its slices and iterators must not be used afterwards.
 *
 * Shape: `reader` may be NULL. */
MMR_API void mmr_close(mmr_reader *reader);

/* The size of a reader.
 *
 * Returns: the number of bytes of the range when the reader was opened or last refreshed; MMR_REST
 *   for a stream.
 * Threads: safe. */
MMR_API uint64_t mmr_size(const mmr_reader *reader);

/* The backing of a reader.
 *
 * Returns: never AUTO. A refresh may change the backing.
 * Threads: safe. */
MMR_API enum mmr_backing_kind mmr_backing(const mmr_reader *reader);

/* Flags of mmr_abilities. */
enum mmr_abilities {
	MMR_HAS_OFFSETS = 1,  /* mmr_read_at, backward scans, shards, a known size */
	MMR_HAS_ADDRESSES = 2 /* mmr_bytes, and with it slices and iterators */
};

/* What a reader supports.
 *
 * Returns: flags of enum mmr_abilities; 0 for a stream.
 * Threads: safe. */
MMR_API unsigned mmr_abilities(const mmr_reader *reader);

/* How much of a stream is used up.
 *
 * Returns: the number of bytes that scans have skipped or returned in blocks. The next scan starts
 *   after them. 0 for a reader that is not a stream.
 * Threads: safe. */
MMR_API uint64_t mmr_consumed(const mmr_reader *reader);

/* Copies the first bytes of the range, at most 64. For a stream, only those that scans have already
 * read, which may be none: the call never waits.
 *
 * Returns: 0; `*ret_len` bytes were copied.
 * Errors: like mmr_read_at.
 * Threads: safe, except during a scan of a stream. */
MMR_API MMR_MUST_CHECK int mmr_head(
	const mmr_reader *reader, void *buffer, size_t len, size_t *ret_len);

/* All bytes of the range.
 *
 * The pages of a map are loaded into memory when they are accessed. If the range is larger than 64
 * MiB, iterators (lines, fields, tables, positions, matches, records, chunks, matches of a regex,
 * in both directions) drop the pages that they have passed, except the last few MiB. A walk then
 * has about 10 MiB of the file in memory, or as much as its longest line or record needs. Slices of
 * dropped pages stay valid: a page that is accessed again is loaded again, and is then kept. Set
 * `keep_pages` for a large file that is walked over repeatedly. Memory then grows with the pages
 * that were accessed.
 *
 * Returns: a slice. For an UNMAPPED reader or a stream, its length is 0, and calls that need its
 *   bytes fail with MMR_ENOMAP.
 * Lifetime: until mmr_close. After a truncation, accessing lost pages raises SIGBUS, except inside
 *   the library with its guard installed. Lost bytes of the page at the new end read as zeroes;
 *   mmr_check detects such a truncation.
 * Threads: safe. */
MMR_API mmr_slice mmr_bytes(const mmr_reader *reader);

/* Copies bytes. Mapped and unmapped files are read with pread(2), so a truncated file does not
 * raise SIGBUS.
 *
 * Units: `off` is in bytes from the start of the range.
 * Returns: 0; `*ret_len` bytes were copied, fewer than `len` only at the end of the range.
 * Errors: -ESPIPE for a stream; MMR_ETRUNCATED if the file has become shorter; errno of pread(2).
 *   `*ret_len` and the content of the buffer are undefined then.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_read_at(
	const mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Extends the range by the bytes that were appended to the file since it was opened or refreshed.
 *
 * If the map cannot be extended in place, or the copy is too small, a larger one replaces it, and
 * mmr_bytes has another address.
 * The old one is kept until mmr_close. A copied file that grows to 16 KiB is mapped, unless COPIED
 * was requested.
 *
 * Returns: 1 if the range has grown; 0 if not. A range of fixed length, a stream and the caller's
 *   memory never grow.
 * Errors: MMR_ETRUNCATED if the file has become shorter; MMR_ENOROOM if the address space has no
 *   room for the growth; -ENOMEM; errno of fstat(2), pread(2) and mmap(2). The reader is
 *   unchanged then.
 * Lifetime: slices that were obtained before the call stay valid.
 * Threads: one refresh at a time. Other threads may use the reader meanwhile. */
MMR_API MMR_MUST_CHECK int mmr_refresh(mmr_reader *reader);

/* Checks that the file has not changed since it was opened, or since the last mmr_refresh that
 * extended the range. A stream and the caller's memory are not checked.
 *
 * If several of the errors apply, the first of this list is returned. MMR_EGROWN does not say
 * whether bytes before the old end have changed too, since both change the times of the file.
 * MMR_ECHANGED does not say that a byte differs: other permissions or another name change the times
 * too, and so does a truncation that is undone. If the path cannot be queried, as without
 * permission for a folder, it names no file.
 *
 * Returns: 0 if it has not changed.
 * Errors: MMR_ETRUNCATED if it ends before the end of the range; MMR_EREPLACED if the reader was
 *   opened by a path, which now names another file or none; MMR_EGROWN if the file is longer, even
 *   if the range has a fixed length; MMR_ECHANGED if its times differ, or if it is shorter but
 *   contains the range; errno of fstat(2).
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_check(const mmr_reader *reader);

/* How bytes will be read. */
enum mmr_advice {
	MMR_ADVICE_NORMAL = 0,
	MMR_ADVICE_SEQUENTIAL, /* read ahead far, keep little */
	MMR_ADVICE_RANDOM      /* do not read ahead */
};

/* Advises the kernel how bytes will be read. Results never depend on it. Without a map, it does
 * nothing.
 *
 * Shape: bytes after the end of the reader's range are ignored.
 * Errors: errno of madvise(2).
 * Threads: safe. */
MMR_API int mmr_advise(
	const mmr_reader *reader, uint64_t off, uint64_t len, enum mmr_advice advice);

/* Like mmr_advise, but starts to read the bytes from the device. It does not wait for them, but it
 * may wait until the requests are queued, so ask for what is needed soon, such as 8 MiB. */
MMR_API int mmr_prefetch(const mmr_reader *reader, uint64_t off, uint64_t len);

/* Like mmr_advise, but releases the resident pages of the bytes. Slices stay valid: a page that is
 * accessed again is loaded again. On systems other than Linux this is a hint, which may have no
 * effect. */
MMR_API int mmr_release(const mmr_reader *reader, uint64_t off, uint64_t len);

/* --- Extents of a sparse file ----------------------------------------------------------------- */

/* A range of data between holes. A hole reads as zeroes, uses no disk space, and can be as large as
 * the file system allows. A scan that finds nothing in zeroes can skip holes. */
typedef struct mmr_extent {
	uint64_t off; /* from the start of the reader's range */
	uint64_t len;
} mmr_extent;

/* Iterates over extents. Members are private. At most 32 bytes. */
typedef struct mmr_extents {
	const mmr_reader *reader;
	uint64_t off, stop;
} mmr_extents;

/* Starts an iteration over the extents of a reader, in order.
 *
 * Lifetime: until mmr_close. */
MMR_API mmr_extents mmr_extents_of(const mmr_reader *reader);

/* Like mmr_extents_of, for a range of the reader. Extents are cut at the ends of the range. */
MMR_API mmr_extents mmr_extents_of_range(const mmr_reader *reader, uint64_t off, uint64_t len);

/* The next extent. The bytes between two extents are a hole. If holes are not known, as in memory,
 * all bytes are one extent. So it is always enough to read the extents.
 *
 * Returns: false after the last one. */
MMR_API bool mmr_extents_next(mmr_extents *it, mmr_extent *ret_extent);

/* The next extents, up to `n` at once. Returns: how many; fewer than `n` only after the last one.
 */
MMR_API size_t mmr_extents_fill(mmr_extents *it, mmr_extent *ret_extents, size_t n);

MMR_END_DECLS

#endif
