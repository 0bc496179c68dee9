/* io_mode.h - the choice between ways to bring bytes into memory, by measurement
 *
 * A warm map is twice as fast as pread where the page cache has large folios, and half as fast
 * where it has small ones. The kernel does not report which. Bytes that are not in the page cache
 * come from a device, where other ways are best. So there are two choices, for warm and for cold
 * bytes. The first windows take turns, and the fastest way is kept as long as it is as fast as it
 * was in the trial, since the folios of a file may differ from one part to the next. The other ways
 * are tried again from time to time.
 *
 * Not thread-safe: workers that share one hold a lock.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_IO_MODE_H
#define SRC_SCAN_IO_MODE_H

#include "common.h"

#include <mmreader/scan.h>

#define IO_WAYS 2

/* A way to load a window. */
struct io_way {
	enum mmr_io_mode io_mode;
	size_t len; /* the largest window */
};

/* The choice for warm bytes, or for cold ones. */
struct io_trial {
	struct io_way ways[IO_WAYS];
	double cost[IO_WAYS]; /* nanoseconds per byte, lately; 0 if not measured yet */
	double best[IO_WAYS]; /* the least cost in the trial under way */
	unsigned n_ways, current;
	unsigned asked[IO_WAYS], measured[IO_WAYS]; /* windows of the trial */
	uint64_t since, again; /* bytes since the last trial; how many start the next one */
};

struct io_choice {
	struct io_trial warm, cold;
	bool may_map; /* a line that is too long to copy may be taken from the map instead */
	mmr_io_summary summary; /* without `io_mode` */
};

/* A window's way: where it is in the choice. */
struct io_taken {
	bool is_cold;
	unsigned way;
	/* Set by the caller if a buffer was made for the window. Its page faults are no property of
	 * the way, so the window is not measured. */
	bool is_first;
};

/* `wanted` is the caller's choice; the backing limits it. */
void io_choice_start(
	struct io_choice *choice, enum mmr_backing_kind backing, enum mmr_io_mode wanted);

/* Sets the only way to load cold bytes, and all bytes if `for_all` is set. */
void io_choice_set(struct io_choice *choice, struct io_way way, bool for_all);

/* Chooses the way of the next window. */
struct io_way io_choice_next(struct io_choice *choice, bool is_cold, struct io_taken *ret_taken);

/* Records how long a window of `len` bytes took, its use included. `used` may be another I/O mode
 * than that of the way. */
void io_choice_record(struct io_choice *choice, const struct io_taken *taken, enum mmr_io_mode used,
	size_t len, uint64_t took_ns);

/* Stops using the map. */
void io_choice_remove_map(struct io_choice *choice);

uint64_t io_clock_ns(void);

#endif
