/* workers.h - how many workers a whole-file call takes
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_WORKERS_H
#define SRC_SCAN_WORKERS_H

#include "scan/window.h"

#include <mmreader/parallel.h>

/* More threads than this share no memory bandwidth that is worth having; their states would. */
#define WORKERS_MAX 256

/* As many as wanted (0: one a processor), and no more than there are windows to share. */
static inline unsigned workers_for(const mmr_reader *reader, unsigned wanted)
{
	uint64_t windows = mmr_size(reader) / WINDOW_DEFAULT + 1;

	return (unsigned)min_u64(
		min_u64(wanted > 0 ? wanted : mmr_processors(), windows), WORKERS_MAX);
}

#endif
