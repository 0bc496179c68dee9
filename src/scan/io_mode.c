/* io_mode.c - chooses between map and the kinds of read
 *
 * SPDX-License-Identifier: MIT */
#include "scan/io_mode.h"

#include "file/guard.h"
#include "file/reader.h"
#include "scan/window.h"

#include <string.h>
#include <time.h>

/* Windows for each way in a trial. The fastest one counts, since page faults of a new buffer or
 * other processes may delay one. */
#define ROUNDS 2
/* The folios of a file may differ from one part to the next. A long file is asked less often. */
#define AGAIN_FIRST (UINT64_C(32) << 20)
#define AGAIN_MOST  (UINT64_C(1) << 30)
/* Shorter windows, at the end of a file, take too little time to be measured. */
#define LEN_ENOUGH ((size_t)64 << 10)

uint64_t io_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void start_trial(struct io_trial *trial)
{
	trial->n_asked = trial->n_measured = 0;
	trial->since = 0;
	memset(trial->best, 0, sizeof(trial->best));
}

static void add(struct io_trial *trial, enum mmr_io_mode io_mode, size_t len)
{
	trial->ways[trial->n_ways++] = (struct io_way){io_mode, len};
}

static bool has_bytes(enum mmr_backing_kind backing)
{
	return backing == MMR_BACKING_COPIED || backing == MMR_BACKING_CALLER;
}

void io_choice_start(
	struct io_choice *choice, enum mmr_backing_kind backing, enum mmr_io_mode wanted)
{
	bool may_map = backing == MMR_BACKING_MAPPED && wanted != MMR_IO_READ;

	memset(choice, 0, sizeof(*choice));
	choice->warm.again = choice->cold.again = AGAIN_FIRST;
	if (has_bytes(backing) || (may_map && wanted == MMR_IO_MAP)) {
		add(&choice->warm, MMR_IO_MAP, SIZE_MAX);
		choice->cold = choice->warm;
		return;
	}
	if (wanted == MMR_IO_UNCACHED || wanted == MMR_IO_DIRECT) {
		add(&choice->warm, wanted, WINDOW_COLD);
		choice->cold = choice->warm;
		return;
	}
	/* Without the guard a fault would end the process. If pages cannot be released, memory
	 * would grow with the file. */
	choice->may_map = may_map && atomic_load(&guard_installed);
	if (choice->may_map && reader_releases())
		add(&choice->warm, MMR_IO_MAP, SIZE_MAX);
	add(&choice->warm, MMR_IO_READ, WINDOW_COPY);
	add(&choice->cold, MMR_IO_READ, WINDOW_COLD);
}

void io_choice_leave(struct io_choice *choice)
{
	memset(&choice->cold, 0, sizeof(choice->cold));
	choice->cold.again = AGAIN_FIRST;
	add(&choice->cold, MMR_IO_UNCACHED, WINDOW_COLD);
	add(&choice->cold, MMR_IO_DIRECT, WINDOW_COLD);
}

static struct io_trial *trial_of(struct io_choice *choice, bool is_cold)
{
	return is_cold ? &choice->cold : &choice->warm;
}

struct io_way io_choice_next(struct io_choice *choice, bool is_cold, struct io_taken *ret_taken)
{
	struct io_trial *trial = trial_of(choice, is_cold);
	unsigned way = trial->current;

	if (trial->n_ways > 1 && trial->n_asked < ROUNDS * trial->n_ways)
		way = trial->n_asked++ % trial->n_ways;
	*ret_taken = (struct io_taken){is_cold, way};
	return trial->ways[way];
}

static void end_trial(struct io_trial *trial)
{
	unsigned i;

	for (trial->current = 0, i = 1; i < trial->n_ways; i++)
		if (trial->best[i] < trial->best[trial->current])
			trial->current = i;
}

void io_choice_record(struct io_choice *choice, const struct io_taken *taken, enum mmr_io_mode used,
	size_t len, uint64_t took_ns)
{
	struct io_trial *trial = trial_of(choice, taken->is_cold);
	unsigned n_trials = ROUNDS * trial->n_ways;
	double cost = (double)took_ns / (double)len;
	double *best = &trial->best[taken->way];

	choice->summary.bytes[used] += len;
	if (trial->n_ways == 1)
		return;
	trial->since += len;
	if (trial->n_asked >= n_trials && trial->since >= trial->again) {
		trial->again = min_u64(2 * trial->again, AGAIN_MOST);
		start_trial(trial);
	}
	if (trial->n_measured == n_trials || len < LEN_ENOUGH || taken->way >= trial->n_ways ||
		trial->ways[taken->way].io_mode != used)
		return;
	if (*best == 0 || cost < *best)
		*best = cost;
	if (++trial->n_measured == n_trials)
		end_trial(trial);
}

static void remove_from(struct io_trial *trial, enum mmr_io_mode io_mode)
{
	unsigned i, n = 0;

	for (i = 0; i < trial->n_ways; i++)
		if (trial->ways[i].io_mode != io_mode)
			trial->ways[n++] = trial->ways[i];
	if (n == trial->n_ways)
		return;
	trial->n_ways = n;
	trial->current = 0;
	start_trial(trial);
	if (n == 0)
		add(trial, MMR_IO_READ, io_mode == MMR_IO_MAP ? WINDOW_COPY : WINDOW_COLD);
}

void io_choice_remove(struct io_choice *choice, enum mmr_io_mode io_mode)
{
	remove_from(&choice->warm, io_mode);
	remove_from(&choice->cold, io_mode);
}

void io_choice_end(struct io_choice *choice)
{
	const uint64_t *bytes = choice->summary.bytes;
	unsigned io_mode, most = MMR_IO_AUTO;

	for (io_mode = MMR_IO_MAP; io_mode <= MMR_IO_DIRECT; io_mode++)
		most = bytes[io_mode] > bytes[most] ? io_mode : most;
	choice->summary.io_mode = (enum mmr_io_mode)most;
}
