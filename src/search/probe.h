/* probe.h - reads single lines of a file, at any offset, by small reads
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_PROBE_H
#define SRC_SEARCH_PROBE_H

#include "common.h"
#include "scan/units.h"

#include <mmreader/reader.h>

/* The first read at an offset. A device reads so much about as fast as a page. Reads that continue
 * where the last one ended grow up to PROBE_MOST. */
#define PROBE_READ ((size_t)16 << 10)
#define PROBE_MOST ((size_t)256 << 10)

struct probe {
	const mmr_reader *reader;
	struct units units;
	uint64_t start, stop; /* of the range, in which a unit starts at `start` */
	char *bytes;          /* those from `off` on */
	size_t room, len;
	uint64_t off;
	size_t step; /* of the last read */
};

struct probe probe_of(
	const mmr_reader *reader, const struct units *units, uint64_t start, uint64_t stop);
void probe_close(struct probe *probe);

/* Finds the first unit that starts in [from, to), which is within the range.
 *
 * Returns: 1 with `*ret_at`; 0 if there is none. Errors: those of mmr_read_at; MMR_ETRUNCATED;
 * those of mmr_regex_matches_error. */
int probe_start(struct probe *probe, uint64_t from, uint64_t to, uint64_t *ret_at);

/* The unit that starts at `at`: at most its first `most` bytes, without the delimiter at its end.
 *
 * Errors: like probe_start. Lifetime: until the next call. */
int probe_unit(struct probe *probe, uint64_t at, size_t most, mmr_slice *ret_unit);

#endif
