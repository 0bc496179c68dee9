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
/* After a trial that has changed nothing, the next one is after twice as many bytes. */
#define AGAIN_FIRST (UINT64_C(32) << 20)
#define AGAIN_MOST  (UINT64_C(1) << 30)
/* The cost of a way is that of about so many bytes. */
#define MEMORY ((double)(8 << 20))
/* Another way must be better by this, so that noise does not decide. */
#define BETTER 0.97
/* Shorter windows, at the end of a file, take too little time to be measured. */
#define LEN_ENOUGH ((size_t)64 << 10)

uint64_t io_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Tries all ways again, except the one that is in use. */
static void start_trial(struct io_trial *trial)
{
	unsigned i;

	trial->since = 0;
	for (i = 0; i < trial->n_ways; i++)
		if (i != trial->current || trial->cost[i] == 0)
			trial->asked[i] = trial->measured[i] = 0;
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
	/* Without the guard a fault would end the process. If pages cannot be released, memory
	 * would grow with the file. */
	choice->may_map = may_map && atomic_load(&guard_installed);
	if (choice->may_map && reader_releases())
		add(&choice->warm, MMR_IO_MAP, SIZE_MAX);
	add(&choice->warm, MMR_IO_READ, WINDOW_COPY);
	add(&choice->cold, MMR_IO_READ, WINDOW_COLD);
}

static void set_only(struct io_trial *trial, struct io_way way)
{
	trial->ways[0] = way;
	trial->n_ways = 1;
	trial->current = 0;
}

void io_choice_set(struct io_choice *choice, struct io_way way, bool for_all)
{
	set_only(&choice->cold, way);
	if (for_all)
		set_only(&choice->warm, way);
}

void io_choice_remove_map(struct io_choice *choice)
{
	struct io_way way = {MMR_IO_READ, WINDOW_COPY};

	set_only(&choice->warm, way);
	choice->may_map = false;
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

/* Adds the cost of a window to the cost of its way. */
static void measure(struct io_trial *trial, unsigned way, size_t len, double cost)
{
	double share = (double)len / MEMORY, *known = &trial->cost[way];

	if (trial->measured[way] < ROUNDS) {
		if (trial->measured[way] == 0 || cost < trial->best[way])
			trial->best[way] = cost;
		if (++trial->measured[way] == ROUNDS)
			*known = trial->best[way];
		return;
	}
	/* A window that another process has delayed is not typical. */
	cost = cost < 2 * *known ? cost : 2 * *known;
	*known += (cost - *known) * (share < 1 ? share : 1);
}

/* Uses the best way, when each has been measured. */
static void judge(struct io_trial *trial)
{
	unsigned best = trial->current, i;

	for (i = 0; i < trial->n_ways; i++) {
		if (trial->measured[i] < ROUNDS)
			return;
		if (trial->cost[i] < BETTER * trial->cost[trial->current] &&
			trial->cost[i] < trial->cost[best])
			best = i;
	}
	if (best == trial->current)
		return;
	trial->current = best;
	trial->since = 0;
	trial->again = AGAIN_FIRST;
}

void io_choice_record(struct io_choice *choice, const struct io_taken *taken, enum mmr_io_mode used,
	size_t len, uint64_t took_ns)
{
	struct io_trial *trial = trial_of(choice, taken->is_cold);
	unsigned way = taken->way;

	choice->summary.bytes[used] += len;
	if (trial->n_ways == 1)
		return;
	trial->since += len;
	if (way >= trial->n_ways || trial->ways[way].io_mode != used)
		return;
	if (taken->is_first && trial->measured[way] < ROUNDS && trial->asked[way] > 0)
		trial->asked[way]--;
	else if (!taken->is_first && len >= LEN_ENOUGH)
		measure(trial, way, len, (double)took_ns / (double)len);
	judge(trial);
	if (trial->asked[least_asked(trial)] >= ROUNDS && trial->since >= trial->again) {
		trial->again = min_u64(2 * trial->again, AGAIN_MOST);
		start_trial(trial);
	}
}
