/* io_mode.c - chooses between map and the kinds of read
 *
 * SPDX-License-Identifier: MIT */
#include "scan/io_mode.h"

#include "file/guard.h"
#include "file/reader.h"
#include "scan/window.h"

#include <string.h>
#include <time.h>

/* Windows for each way in a trial. The faster one counts, since other processes may delay one. */
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
	memset(trial->asked, 0, sizeof(trial->asked));
	memset(trial->measured, 0, sizeof(trial->measured));
	memset(trial->best, 0, sizeof(trial->best));
	trial->since = 0;
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

/* Returns: the way that was tried least often in this trial. */
static unsigned least_asked(const struct io_trial *trial)
{
	unsigned least = 0, i;

	for (i = 1; i < trial->n_ways; i++)
		if (trial->asked[i] < trial->asked[least])
			least = i;
	return least;
}

struct io_way io_choice_next(struct io_choice *choice, bool is_cold, struct io_taken *ret_taken)
{
	struct io_trial *trial = trial_of(choice, is_cold);
	unsigned way = least_asked(trial);

	if (trial->n_ways == 1 || trial->asked[way] >= ROUNDS)
		way = trial->current;
	else
		trial->asked[way]++;
	*ret_taken = (struct io_taken){is_cold, way, false};
	return trial->ways[way];
}

/* Ends the trial when each way has been measured. */
static void judge(struct io_trial *trial)
{
	unsigned best = 0, i;

	for (i = 0; i < trial->n_ways; i++) {
		if (trial->measured[i] < ROUNDS)
			return;
		if (trial->best[i] < trial->best[best])
			best = i;
	}
	trial->current = best;
}

void io_choice_record(struct io_choice *choice, const struct io_taken *taken, enum mmr_io_mode used,
	size_t len, uint64_t took_ns)
{
	struct io_trial *trial = trial_of(choice, taken->is_cold);
	double cost = (double)took_ns / (double)len;
	unsigned way = taken->way;

	choice->summary.bytes[used] += len;
	if (trial->n_ways == 1)
		return;
	trial->since += len;
	if (trial->asked[least_asked(trial)] >= ROUNDS && trial->since >= trial->again) {
		trial->again = min_u64(2 * trial->again, AGAIN_MOST);
		start_trial(trial);
	}
	if (way >= trial->n_ways || trial->measured[way] >= ROUNDS ||
		trial->ways[way].io_mode != used)
		return;
	if (taken->is_first && trial->asked[way] > 0) {
		trial->asked[way]--;
		return;
	}
	if (len < LEN_ENOUGH)
		return;
	if (trial->best[way] == 0 || cost < trial->best[way])
		trial->best[way] = cost;
	trial->measured[way]++;
	judge(trial);
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
