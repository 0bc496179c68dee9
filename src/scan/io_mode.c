/* io_mode.c - chooses between map and read
 *
 * SPDX-License-Identifier: MIT */
#include "scan/io_mode.h"

#include "file/guard.h"
#include "file/reader.h"

#include <time.h>

/* Two windows for each mode. The faster one counts, since cold pages or other processes may delay
 * one. */
#define TRIALS    4
#define ASK_AGAIN (UINT64_C(1) << 30)
/* Shorter windows, at the end of a file, take too little time to be measured. */
#define LEN_ENOUGH ((size_t)64 << 10)

uint64_t io_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void start_trial(struct io_choice *choice)
{
	choice->n_asked = 0;
	choice->n_measured = 0;
	choice->since = 0;
	choice->best[0] = choice->best[1] = 0;
}

void io_choice_start(
	struct io_choice *choice, enum mmr_backing_kind backing, enum mmr_io_mode wanted)
{
	start_trial(choice);
	choice->served[0] = choice->served[1] = 0;
	choice->fixed = true;
	choice->may_map = false;
	choice->current = MMR_IO_MAP;
	if (backing == MMR_BACKING_COPIED || backing == MMR_BACKING_CALLER)
		return; /* the bytes have addresses and need no copy */
	if (wanted == MMR_IO_MAP && backing == MMR_BACKING_MAPPED)
		return;
	choice->current = MMR_IO_READ;
	if (backing == MMR_BACKING_UNMAPPED || backing == MMR_BACKING_STREAM ||
		wanted == MMR_IO_READ)
		return;
	/* Without the guard a fault would end the process. If pages cannot be released, memory
	 * would grow with the file. */
	choice->may_map = atomic_load(&guard_installed);
	choice->fixed = !choice->may_map || !reader_releases();
}

enum mmr_io_mode io_choice_next(struct io_choice *choice)
{
	if (choice->fixed || choice->n_asked == TRIALS)
		return choice->current;
	return choice->n_asked++ % 2 ? MMR_IO_READ : MMR_IO_MAP;
}

void io_choice_record(struct io_choice *choice, enum mmr_io_mode used, size_t len, uint64_t took_ns)
{
	bool reads = used == MMR_IO_READ;
	double cost = (double)took_ns / (double)len;

	choice->served[reads] += len;
	if (choice->fixed)
		return;
	choice->since += len;
	if (choice->n_measured == TRIALS && choice->since >= ASK_AGAIN)
		start_trial(choice);
	if (choice->n_measured == TRIALS || len < LEN_ENOUGH)
		return;
	if (choice->best[reads] == 0 || cost < choice->best[reads])
		choice->best[reads] = cost;
	if (++choice->n_measured == TRIALS)
		choice->current = choice->best[1] < choice->best[0] ? MMR_IO_READ : MMR_IO_MAP;
}

enum mmr_io_mode io_choice_main(const struct io_choice *choice)
{
	if (choice->served[0] + choice->served[1] == 0)
		return MMR_IO_AUTO;
	return choice->served[1] > choice->served[0] ? MMR_IO_READ : MMR_IO_MAP;
}
