/* reader.h - what a reader is inside
 *
 * Everything is set by open and never changes, but for what is atomic and what the registry's lock
 * guards: readers are shared between threads.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_READER_H
#define SRC_FILE_READER_H

#include "common.h"
#include "file/backing.h"
#include "os/os.h"

#include <mmreader/reader.h>

#include <stdatomic.h>

struct mmr_reader {
	/* The newest; the first is part of the reader. Read it after the size: it holds all of
	 * that. */
	_Atomic(struct backing *) backing;
	struct backing first;
	bool copy_wanted;       /* COPIED was demanded */
	bool keep_pages;        /* walks drop none */
	int fd;                 /* -1 for the caller's memory */
	_Atomic(int) seek_fd;   /* whose offset may be moved, when fd's may not; -1 until needed */
	uint64_t offset;        /* of the part in the file */
	bool to_the_end;        /* the part was asked for up to MMR_REST: it may grow */
	_Atomic(uint64_t) size; /* of the part */
	struct stream *stream;  /* NULL unless it is one */
	/* What the first scan that failed ran into, and where in the file: later calls answer the
	 * same. */
	_Atomic(int) fault;
	_Atomic(uint64_t) fault_off;
	struct os_stat stat;       /* when opened or refreshed; under the registry's lock */
	_Atomic(int64_t) ctime_ns; /* of `stat`, for reads, which take no lock */
	bool by_path;
	bool in_registry;
	struct mmr_reader *next, *previous; /* the registry's */
	char name[];                        /* for messages: the path, or "descriptor 3" */
};

static inline bool reader_is_stream(const struct mmr_reader *reader)
{
	return reader->stream != NULL;
}

static inline struct backing *reader_backing(const struct mmr_reader *reader)
{
	return atomic_load_explicit(&reader->backing, memory_order_acquire);
}

/* The mapped backing, the newest or an older one, that holds an address; NULL for none. Safe in a
 * signal handler. */
const struct backing *reader_map_at(const struct mmr_reader *reader, const char *address);

/* What the file was when it was opened or refreshed. */
struct os_stat reader_stat(const struct mmr_reader *reader);

/* The code of an earlier fault of this reader, with its sentence; 0 when there was none. */
int reader_fault(const struct mmr_reader *reader);

/* Sets the error of a call that needs offsets. Returns: -ESPIPE. */
int reader_no_offsets(const struct mmr_reader *reader);

/* Like mmr_release, without an error: nothing depends on it. */
void reader_drop(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* Whether mmr_release gives memory back for certain. */
bool reader_releases(void);

/* Gives the page tables of a range back, on kernels that keep them when pages are released. Slices
 * stay valid. It only helps memory: a failure changes nothing. */
void reader_reclaim(const struct mmr_reader *reader, uint64_t off, uint64_t len);

/* The same of whole pages of one map of a reader. */
void backing_reclaim(const struct mmr_reader *reader, const struct backing *backing,
	const char *start, size_t len);

/* Whether it is needed here: os_keeps_tables(), asked once. Tests set it. */
extern _Atomic(int) reader_tables_kept;

/* Whether the file still reaches to `stop` of the part, if bytes of this backing can be lost. A
 * truncation inside a page gives zeroes up to the end of that page and no fault: what was read of a
 * map is true only if this says so afterwards.
 *
 * Returns: 0; MMR_ETRUNCATED with `*ret_stop` where it ends now, with the sentence. */
int reader_reaches(const struct mmr_reader *reader, const struct backing *backing, uint64_t stop,
	uint64_t *ret_stop);

/* The same of the file itself, of which a reader may have a copy. */
int reader_reaches_file(const struct mmr_reader *reader, uint64_t stop, uint64_t *ret_stop);

/* Why touching the byte at `off` of the part raised SIGBUS: asks pread and the size. `bad_memory`:
 * the kernel has said that it is neither, but a memory error.
 *
 * Returns: MMR_ETRUNCATED or a negated errno, with the sentence; never 0. */
int reader_explain(struct mmr_reader *reader, uint64_t off, bool bad_memory);

#endif
