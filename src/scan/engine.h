/* engine.h - map or copy? Measured, not assumed
 *
 * A warm map beats pread by half where the page cache holds large folios, and loses to it by as
 * much where the file was written in small pieces. Nothing tells beforehand, so the first windows
 * alternate, the faster engine stays, and the question is asked again every GiB.
 *
 * Not thread-safe: workers that share one hold a lock.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_ENGINE_H
#define SRC_SCAN_ENGINE_H

#include "common.h"

#include <mmreader/blocks.h>

struct engine {
	bool fixed;   /* nothing to choose: always `current` */
	bool may_map; /* a line too long to copy may be shown in the map instead */
	enum mmr_engine current;
	unsigned n_asked, n_told; /* windows of this round of measuring: handed out, measured */
	uint64_t since;           /* bytes since the last round */
	uint64_t served[2];       /* bytes in all: map, copy */
	double best[2];           /* nanoseconds per byte in this round: map, copy */
};

/* What a backing can do and the caller wants. */
void engine_start(struct engine *engine, enum mmr_backing_kind backing, enum mmr_engine wanted);

/* The engine of the next window. */
enum mmr_engine engine_ask(struct engine *engine);

/* A window of `len` bytes took so long, its use included. */
void engine_tell(struct engine *engine, enum mmr_engine used, size_t len, uint64_t took_ns);

/* The work is done: the reader remembers which engine did most of it, for mmr_engine_used. */
void engine_end(const struct engine *engine, mmr_reader *reader);

uint64_t engine_clock_ns(void);

#endif
