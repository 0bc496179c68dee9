/* io_mode.h - the choice between map and read, by measurement
 *
 * A warm map is twice as fast as pread where the page cache has large folios, and half as fast
 * where it has small ones. The kernel does not report which. So the first windows alternate, the
 * faster mode is kept, and the trial is repeated every GiB.
 *
 * Not thread-safe: workers that share one hold a lock.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_IO_MODE_H
#define SRC_SCAN_IO_MODE_H

#include "common.h"

#include <mmreader/scan.h>

struct io_choice {
	bool fixed;   /* nothing to choose: always `current` */
	bool may_map; /* a line that is too long to copy may be taken from the map instead */
	enum mmr_io_mode current;
	unsigned n_asked, n_measured; /* windows of this trial */
	uint64_t since;               /* bytes since the last trial */
	uint64_t served[2];           /* bytes in all: map, read */
	double best[2];               /* nanoseconds per byte in this trial: map, read */
};

/* `wanted` is the caller's choice; the backing limits it. */
void io_choice_start(
	struct io_choice *choice, enum mmr_backing_kind backing, enum mmr_io_mode wanted);

/* Returns: the mode of the next window. */
enum mmr_io_mode io_choice_next(struct io_choice *choice);

/* Records how long a window of `len` bytes took, its use included. */
void io_choice_record(
	struct io_choice *choice, enum mmr_io_mode used, size_t len, uint64_t took_ns);

/* Returns: the mode that read most bytes; AUTO if none were read. */
enum mmr_io_mode io_choice_main(const struct io_choice *choice);

uint64_t io_clock_ns(void);

#endif
