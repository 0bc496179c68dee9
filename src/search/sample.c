/* sample.c - the lines with the least priorities
 *
 * SPDX-License-Identifier: MIT */
#include "search/sample.h"

#include <errno.h>
#include <string.h>

/* A sample of few lines is not reduced more often than this. */
#define ROOM_MIN ((size_t)1024)

struct sample sample_of(uint64_t n, uint64_t seed, uint64_t base)
{
	return (struct sample){.n = n, .seed = seed, .base = base, .limit = UINT64_MAX};
}

void sample_free(struct sample *sample)
{
	heap_free(sample->lines);
	sample->lines = NULL;
	sample->len = sample->room = 0;
}

/* A permutation of the numbers of 64 bits. Each bit of the result depends on each bit of `x`.
 * Source: Stafford's variant 13 of the finalizer of MurmurHash3, as in SplitMix64 (Steele, Lea and
 * Flood, 2014). */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* For one seed, this is a permutation, too: no two lines have the same priority. Two rounds, with a
 * key each, so that samples of related seeds are not related. */
uint64_t sample_priority(uint64_t seed, uint64_t off)
{
	uint64_t first = mix(seed + UINT64_C(0x9e3779b97f4a7c15));
	uint64_t second = mix(seed + 2 * UINT64_C(0x9e3779b97f4a7c15));

	return mix(mix(off ^ first) + second);
}

/* Moves the `n` least of some different numbers to the front, n >= 1, and returns the greatest of
 * them. Numbers are random, so the middle one is as good as any to divide them by. */
static uint64_t select_least(uint64_t *numbers, size_t len, size_t n)
{
	size_t low = 0, high = len - 1, i, at;
	uint64_t pivot, swap;

	while (low < high) {
		pivot = numbers[low + (high - low) / 2];
		numbers[low + (high - low) / 2] = numbers[high];
		for (i = at = low; i < high; i++) {
			if (numbers[i] >= pivot)
				continue;
			swap = numbers[i];
			numbers[i] = numbers[at];
			numbers[at++] = swap;
		}
		numbers[high] = numbers[at];
		numbers[at] = pivot;
		if (at == n - 1)
			break;
		if (at < n - 1)
			low = at + 1;
		else
			high = at - 1;
	}
	return numbers[n - 1];
}

/* Keeps the lines with the least priorities, in their order. */
static int reduce(struct sample *sample)
{
	uint64_t *priorities;
	size_t i, len = 0;

	if (sample->len <= sample->n)
		return 0;
	priorities = heap_alloc(sample->len * sizeof(*priorities));
	if (!priorities)
		return error_set(
			-ENOMEM, "draw a sample of %llu lines", (unsigned long long)sample->n);
	for (i = 0; i < sample->len; i++)
		priorities[i] = sample->lines[i].priority;
	sample->limit = select_least(priorities, sample->len, (size_t)sample->n);
	heap_free(priorities);
	for (i = 0; i < sample->len; i++)
		if (sample->lines[i].priority <= sample->limit)
			sample->lines[len++] = sample->lines[i];
	sample->len = len;
	return 0;
}

static int grow(struct sample *sample)
{
	size_t room = sample->room > 0 ? 2 * sample->room : ROOM_MIN;
	struct candidate *lines = NULL;

	if (room <= SIZE_MAX / 2 / sizeof(*lines))
		lines = heap_alloc(room * sizeof(*lines));
	if (!lines)
		return error_set(
			-ENOMEM, "draw a sample of %llu lines", (unsigned long long)sample->n);
	if (sample->len > 0)
		memcpy(lines, sample->lines, sample->len * sizeof(*lines));
	heap_free(sample->lines);
	sample->lines = lines;
	sample->room = room;
	return 0;
}

/* Makes room for a line: at least twice the lines wanted, so that a reduction removes half. */
static int reserve(struct sample *sample)
{
	if (sample->len < sample->room)
		return 0;
	return sample->room / 2 < sample->n || sample->room == 0 ? grow(sample) : reduce(sample);
}

static int add(struct sample *sample, struct candidate line)
{
	int err;

	if (line.priority > sample->limit)
		return 0;
	err = reserve(sample);
	/* The limit may have fallen. */
	if (err == 0 && line.priority <= sample->limit)
		sample->lines[sample->len++] = line;
	return err;
}

int sample_add(struct sample *sample, uint64_t off)
{
	return add(
		sample, (struct candidate){sample_priority(sample->seed, off - sample->base), off});
}

int sample_join(struct sample *sample, const struct sample *other)
{
	size_t i;
	int err = 0;

	for (i = 0; i < other->len && err == 0; i++)
		err = add(sample, other->lines[i]);
	return err;
}

int sample_finish(struct sample *sample)
{
	return reduce(sample);
}

size_t sample_find(const struct sample *sample, uint64_t off)
{
	size_t low = 0, high = sample->len, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (sample->lines[middle].off < off)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
