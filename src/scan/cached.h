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

/* Stretches meet at multiples of this in the file. */
#define CACHED_STRETCH (UINT64_C(2) << 20)
#define CACHED_AHEAD   32

enum cached_state {
	CACHED_ALL,
	CACHED_SOME,
	CACHED_NONE
};

struct cached {
	const mmr_reader *reader;
	uint64_t start, stop; /* the range */
	bool is_backward;
	bool asks; /* false: all bytes are taken as cached */
	/* Each page counts, since none may be added to the page cache. Otherwise a sample does. */
	bool is_exact;
	bool is_trusted, is_distrusted; /* what cachestat(2) reports is right; is wrong */
	/* The stretches that have been asked about: the number of the next one in the file, how
	 * many there are, and the states of those with number i in states[i % CACHED_AHEAD]. */
	uint64_t first, n;
	unsigned char states[CACHED_AHEAD];
	enum cached_state passed; /* the state of the stretch before `first` */
};

/* Starts a scan of [start, stop). */
void cached_start(struct cached *cached, const mmr_reader *reader, uint64_t start, uint64_t stop,
	bool is_backward);

/* From now on, each page counts. */
void cached_be_exact(struct cached *cached);

/* Whether samples of the range show that bytes are missing. */
bool cached_expects_device(const struct cached *cached);

/* Finds out how much is in the page cache of the stretch that contains byte `at`, at which the scan
 * goes on. */
enum cached_state cached_state_at(struct cached *cached, uint64_t at);

/* Whether that stretch is between two that are completely in the page cache, or at an end of the
 * range. */
bool cached_is_inside(const struct cached *cached);

#endif
