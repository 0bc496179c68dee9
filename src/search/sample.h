/* sample.h - a random sample of the lines that match
 *
 * Each line has a priority: a number that depends on the seed and on the offset of the line in the
 * reader alone, and differs from that of every other line. The sample is the lines with the least
 * priorities. So it does not depend on the order in which lines are seen, and one pass is enough.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_SAMPLE_H
#define SRC_SEARCH_SAMPLE_H

#include "common.h"

#include <mmreader/search.h>

struct candidate {
	uint64_t priority;
	uint64_t off; /* of the line in the file */
};

/* Lines with the least priorities so far, in the order in which they were added. */
struct sample {
	uint64_t n; /* wanted */
	uint64_t seed;
	uint64_t base; /* of the reader in the file */
	struct candidate *lines;
	size_t len, room;
	uint64_t limit; /* lines with a greater priority are not in the sample */
};

struct sample sample_of(uint64_t n, uint64_t seed, uint64_t base);
void sample_free(struct sample *sample);

uint64_t sample_priority(uint64_t seed, uint64_t off);

/* Adds a line at an offset in the file. Errors: -ENOMEM. */
int sample_add(struct sample *sample, uint64_t off);

/* Adds the lines of another sample with the same seed. Errors: -ENOMEM. */
int sample_join(struct sample *sample, const struct sample *other);

/* Reduces the sample to the lines wanted. Errors: -ENOMEM. */
int sample_finish(struct sample *sample);

/* Draws a sample of the lines of a range that match. They are in the order of the file.
 *
 * Shape: `n` is at least 1.
 * Errors: those of mmr_search_count; the sample is drawn with MMR_EQUOTE and -EBADMSG, too.
 * Lifetime: until sample_free. */
int sample_draw(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	uint64_t n, uint64_t seed, struct sample *ret_sample);

/* The first line of a finished sample that is not before `off` in the file. */
size_t sample_find(const struct sample *sample, uint64_t off);

#endif
