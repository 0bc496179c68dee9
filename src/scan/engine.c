/* engine.c - the choice between map and copy
 *
 * SPDX-License-Identifier: MIT */
#include "scan/engine.h"

#include "file/guard.h"
#include "file/reader.h"

#include <time.h>

/* Two windows each: one may meet a cold page or a busy neighbour, so the better one counts. */
#define TRIALS    4
#define ASK_AGAIN (UINT64_C(1) << 30)
/* Shorter windows, at the end of a file, measure the clock. */
#define LEN_ENOUGH ((size_t)64 << 10)

uint64_t engine_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void start_round(struct engine *engine)
{
	engine->n_asked = 0;
	engine->n_told = 0;
	engine->since = 0;
	engine->best[0] = engine->best[1] = 0;
}

void engine_start(struct engine *engine, enum mmr_backing_kind backing, enum mmr_engine wanted)
{
	start_round(engine);
	engine->served[0] = engine->served[1] = 0;
	engine->fixed = true;
	engine->may_map = false;
	engine->current = MMR_ENGINE_MAP;
	if (backing == MMR_BACKING_COPIED || backing == MMR_BACKING_CALLER)
		return; /* it has addresses and cannot fault */
	if (wanted == MMR_ENGINE_MAP && backing == MMR_BACKING_MAPPED)
		return;
	engine->current = MMR_ENGINE_COPY;
	if (backing == MMR_BACKING_UNMAPPED || wanted == MMR_ENGINE_COPY)
		return;
	/* Without the guard a fault could not be survived; where pages cannot be given back, memory
	 * would grow with the file. */
	engine->may_map = atomic_load(&guard_installed);
	engine->fixed = !engine->may_map || !reader_releases();
}

enum mmr_engine engine_ask(struct engine *engine)
{
	if (engine->fixed || engine->n_asked == TRIALS)
		return engine->current;
	return engine->n_asked++ % 2 ? MMR_ENGINE_COPY : MMR_ENGINE_MAP;
}

void engine_tell(struct engine *engine, enum mmr_engine used, size_t len, uint64_t took_ns)
{
	bool copy = used == MMR_ENGINE_COPY;
	double cost = (double)took_ns / (double)len;

	engine->served[copy] += len;
	if (engine->fixed)
		return;
	engine->since += len;
	if (engine->n_told == TRIALS && engine->since >= ASK_AGAIN)
		start_round(engine);
	if (engine->n_told == TRIALS || len < LEN_ENOUGH)
		return;
	if (engine->best[copy] == 0 || cost < engine->best[copy])
		engine->best[copy] = cost;
	if (++engine->n_told == TRIALS)
		engine->current =
			engine->best[1] < engine->best[0] ? MMR_ENGINE_COPY : MMR_ENGINE_MAP;
}

void engine_end(const struct engine *engine, mmr_reader *reader)
{
	bool copy = engine->served[1] > engine->served[0];

	if (engine->served[0] + engine->served[1] > 0)
		atomic_store(&reader->engine, copy ? MMR_ENGINE_COPY : MMR_ENGINE_MAP);
}

enum mmr_engine mmr_engine_used(const mmr_reader *reader)
{
	return (enum mmr_engine)atomic_load(&reader->engine);
}
