/* reader.h - the members of a reader
 *
 * Threads share readers. Members are set by open and do not change later, except those that are
 * atomic and those that LOCK_READERS protects.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_READER_H
#define SRC_FILE_READER_H

#include "common.h"
#include "os/os.h"

#include <mmreader/reader.h>

#include <stdatomic.h>

/* A file that outgrows its backing gets a new one. The old one is kept until the reader is closed,
 * because slices point into it. */
struct backing {
	enum mmr_backing_kind kind;
	const char *bytes; /* of the reader's range; NULL without addresses */
	size_t room;       /* of a copy */
	void *map;         /* whole pages from map_off on; NULL unless MAPPED */
	uint64_t map_off;
	bool shared; /* whether the map is a shared one */
	_Atomic(size_t) map_len;
	struct backing *older; /* the one that this one replaced */
};

struct mmr_reader {
	/* The newest one; the first is part of the reader. Read it after the size: it then holds at
	 * least that many bytes. */
	_Atomic(struct backing *) backing;
	struct backing first;
	bool copy_wanted;       /* the option COPIED */
	bool keep_pages;        /* walks do not drop pages */
	int fd;                 /* -1 for the caller's memory */
	_Atomic(int) seek_fd;   /* has an offset of its own, if fd has not; -1 until it is needed */
	_Atomic(int) direct_fd; /* reads past the page cache; -1 until it is needed */
	/* What the system has refused for this file, one bit for each READER_... */
	_Atomic(unsigned) refused;
	uint64_t offset;        /* of the range in the file */
	bool to_the_end;        /* the range may grow, since its length was MMR_REST */
	_Atomic(uint64_t) size; /* of the range */
	struct stream *stream;  /* NULL unless it is one */
	/* The error of the first scan that failed, and its offset in the file. Later calls return
	 * the same. */
	_Atomic(int) fault;
	_Atomic(uint64_t) fault_off;
	struct os_stat stat;       /* when opened or refreshed; protected by LOCK_READERS */
	_Atomic(int64_t) ctime_ns; /* of `stat`, for reads, which take no lock */
	bool by_path;
	bool in_registry;
	struct mmr_reader *next, *previous; /* in the registry */
	char name[];                        /* for messages: the path, or "descriptor 3" */
};

/* Opens a descriptor, which then belongs to the reader; on failure it is closed. `name` is for
 * messages; it is the path if the file was opened `by_path`.
 *
 * Errors: like mmr_open_fd. */
int reader_open(const char *name, int fd, bool by_path, const mmr_reader_options *options,
	mmr_reader **ret_reader);

static inline bool reader_is_stream(const struct mmr_reader *reader)
{
	return reader->stream != NULL;
}

static inline struct backing *reader_backing(const struct mmr_reader *reader)
{
	return atomic_load_explicit(&reader->backing, memory_order_acquire);
}

/* Returns: the mapped backing that contains an address; NULL if there is none. Safe in a signal
 * handler. */
const struct backing *reader_map_at(const struct mmr_reader *reader, const char *address);

/* Reads the status of the file, and gives the one of when it was opened or refreshed. `verb` is for
 * the message.
 *
 * Returns: 1; 0 for streams and memory, which have no status.
 * Errors: MMR_ETRUNCATED if the file has become shorter; errno of fstat(2). */
int reader_status(const struct mmr_reader *reader, const char *verb, struct os_stat *ret_then,
	struct os_stat *ret_now);

/* Returns: the error of an earlier fault of this reader, with its message; 0 if there was none. */
int reader_fault(const struct mmr_reader *reader);

/* Sets the error of a call that needs offsets. Returns: -ESPIPE. */
int reader_no_offsets(const struct mmr_reader *reader);

/* Like mmr_release, but ignores errors. */
void reader_drop(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* Returns: whether mmr_release is certain to release memory. */
bool reader_releases(void);

/* Frees the page tables of a range, on kernels that keep them when pages are released. Slices stay
 * valid. Errors are ignored, since this only saves memory. */
void reader_reclaim(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* Like reader_reclaim, for whole pages of one map of a reader. */
void backing_reclaim(const struct mmr_reader *reader, const struct backing *backing,
	const char *start, size_t len);

/* The result of os_keeps_tables(); -1 until it is needed. Tests set it. */
extern _Atomic(int) reader_tables_kept;

/* Checks that the file still contains the range up to `stop`, unless the bytes of this backing
 * cannot be lost. A truncation inside a page causes no fault: the rest of the page reads as zeroes.
 * So this is called after the bytes of a map have been read.
 *
 * Errors: MMR_ETRUNCATED; `*ret_stop` is then where the range ends now. */
int reader_reaches(const struct mmr_reader *reader, const struct backing *backing, uint64_t stop,
	uint64_t *ret_stop);

/* Like reader_reaches, for the file itself, even if the reader has a copy of it. */
int reader_reaches_file(const struct mmr_reader *reader, uint64_t stop, uint64_t *ret_stop);

/* Ways to read a file without leaving its pages in the page cache. */
enum reader_way {
	READER_UNCACHED = 1, /* through the page cache, which drops the pages afterwards */
	READER_DIRECT = 2    /* past the page cache */
};

/* Whether the system has not refused a way to read this file so far. */
bool reader_offers(const struct mmr_reader *reader, enum reader_way way);

/* How much larger a buffer must be than the bytes that are read into it, so that aligned blocks fit
 * at an aligned address. */
#define READER_SLACK (3 * OS_DIRECT_ALIGN)

/* Like mmr_read_at, in one of these ways, for a range inside the reader. The bytes are somewhere in
 * the buffer, whose room is at least `len + READER_SLACK`.
 *
 * Errors: -ENOTSUP if the system refuses the way, if such a read fails, or if the file has become
 *   shorter: a plain read finds out which. */
int reader_read(const struct mmr_reader *reader, enum reader_way way, uint64_t off, char *buffer,
	size_t len, mmr_slice *ret_bytes);

/* Checks bytes that have been copied from the file against changes of it meanwhile.
 *
 * Errors: like mmr_read_at. */
int reader_confirm(const struct mmr_reader *reader, const struct backing *backing, uint64_t off,
	void *buffer, size_t len);

/* Counts the pages of a range of the reader that are in the page cache, by cachestat(2) or by the
 * slower mincore(2). `*ret_n_all` is how many pages the range touches.
 *
 * Errors: those of os_cachestat or os_mincore. */
int reader_cached(const struct mmr_reader *reader, uint64_t off, uint64_t len, bool by_mincore,
	uint64_t *ret_n_cached, uint64_t *ret_n_all);

/* Whether so many bytes fit into the page cache. If not, they would push out what others need, and
 * the first of them would be gone before they are read again. */
bool reader_fits_cache(uint64_t len);

/* Drops the pages that a range touches from the page cache. Errors are ignored. */
void reader_evict(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* Starts to read a range into the page cache. Errors are ignored. */
void reader_prefetch(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* Finds out by pread(2) and the size of the file why accessing the byte at `off` of the range
 * raised SIGBUS, and keeps the error for reader_fault. `bad_memory`: the kernel has reported a
 * memory error.
 *
 * Returns: MMR_ETRUNCATED or a negated errno, with the message; never 0. */
int reader_explain(struct mmr_reader *reader, uint64_t off, bool bad_memory);

/* The path of the file, without symbolic links. Errors: those of readlink(2); -ENAMETOOLONG;
 * -ENOTSUP on other systems than Linux. */
int reader_path(const mmr_reader *reader, char *buffer, size_t size);

/* Finds out whether only this user, root or the owner of the file of `data` can have written the
 * file. Returns: 1 or 0. Errors: those of fstat(2). */
int reader_is_trusted(const mmr_reader *reader, const mmr_reader *data);

/* Whether two readers have the same file. Returns: 1 or 0. Errors: those of fstat(2). */
int reader_is_same_file(const mmr_reader *reader, const mmr_reader *data);

/* Returns: 1 or 0. Errors: those of stat(2), except for a file that does not exist. */
int path_is_folder(const char *path);

#endif
