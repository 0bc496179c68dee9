/* cached.h - whether the next bytes of a scan are in the page cache
 *
 * The bytes are divided into stretches. Each is asked about long before it is read, because the
 * kernel reads ahead: pages that it reads because of the scan itself must not be taken as cached.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_CACHED_H
#define SRC_SCAN_CACHED_H

#include "common.h"
#include "file/reader.h"

#define CACHED_AHEAD 32

enum cached_state {
	CACHED_ALL,
	CACHED_SOME,
	CACHED_NONE
};

struct cached {
	const mmr_reader *reader;
	uint64_t start, stop; /* the range */
	uint64_t window; /* bytes of a stretch; stretches meet at multiples of it in the file */
	bool is_backward;
	bool asks; /* false: all bytes are taken as cached */
	/* Each page counts, since none may be added to the page cache. Otherwise a sample does. */
	bool is_exact;
	bool is_trusted;   /* the kernel's numbers have been checked */
	uint64_t first, n; /* the stretches that have been asked about: the next one, how many */
	unsigned char states[CACHED_AHEAD]; /* of stretch number i in states[i % CACHED_AHEAD] */
};

/* Starts a scan of [start, stop) whose windows are at most `window` bytes long. */
void cached_start(struct cached *cached, const mmr_reader *reader, uint64_t start, uint64_t stop,
	uint64_t window, bool is_backward);

/* From now on, each page counts. */
void cached_be_exact(struct cached *cached);

/* Whether samples of the range show that bytes are missing. */
bool cached_expects_device(const struct cached *cached);

/* Finds out how much is in the page cache of the stretch that contains byte `at`. */
enum cached_state cached_state_at(struct cached *cached, uint64_t at);

/* Whether one of the next `len` bytes of a forward scan is in a stretch that is partly cached. */
bool cached_has_gaps(const struct cached *cached, uint64_t len);

/* Returns: how many bytes after `at`, the end of the last claim of a forward scan, are known to
 * have had no page in the page cache. */
uint64_t cached_none_after(const struct cached *cached, uint64_t at);

#endif
