/* find.c - finds a text by its two rarest bytes
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "file/walk.h"
#include "simd/simd.h"
#include "text/caseless.h"
#include "text/commonness.h"
#include "text/twoway.h"

#include <mmreader/find.h>

#include <string.h>

/* The linear search examines this many positions at a time, so that the pages before them can be
 * dropped. The step is larger for long needles, because its cost grows with the needle. */
#define LINEAR_STEP ((size_t)4 << 20)
/* The first refill is small, for callers that want one match. */
#define FIRST_BATCH 256
/* The search turns linear if it compares more than this many bytes per byte searched ... */
#define SPEND_LIMIT 4
/* ... plus this many, since a few failed candidates at the start prove nothing. */
#define SPEND_FREE ((uint64_t)64 << 10)
/* Most candidates that do not match differ in these first bytes. */
#define FIRST_LOOK ((size_t)16)
/* More failed candidates than this in one batch mean that the pair was badly chosen. */
#define VAIN_LIMIT 8
/* Rare bytes are chosen from the first bytes of a needle, at most this many. */
#define NEEDLE_LOOK ((size_t)256)

static unsigned rank_of(char byte, bool caseless)
{
	unsigned rank = commonness_of(byte), other;

	if (!caseless || !is_small_letter(byte))
		return rank;
	other = commonness_of((char)(byte & ~CASE_BIT));
	return rank > other ? rank : other;
}

void needle_choose_byte(mmr_needle *needle, unsigned i, size_t place)
{
	char byte = needle->text.ptr[place];

	needle->places[i] = place;
	needle->bytes[i] = (unsigned char)byte;
	needle->folds[i] = needle->caseless && is_small_letter(byte) ? CASE_BIT : 0;
}

static mmr_needle prepare(mmr_slice text, bool caseless)
{
	size_t places[2] = {0, 0};
	size_t len = min_size(text.len, NEEDLE_LOOK), i;
	unsigned rank, ranks[2] = {UINT32_MAX, UINT32_MAX};
	mmr_needle needle = {.text = text, .caseless = caseless};

	for (i = 0; i < len; i++) {
		rank = rank_of(text.ptr[i], caseless);
		if (rank < ranks[0]) {
			ranks[1] = ranks[0];
			places[1] = places[0];
			ranks[0] = rank;
			places[0] = i;
		} else if (rank < ranks[1]) {
			ranks[1] = rank;
			places[1] = i;
		}
	}
	for (i = 0; len > 0 && i < 2; i++)
		needle_choose_byte(&needle, (unsigned)i, places[i]);
	return needle;
}

mmr_needle mmr_needle_of(mmr_slice text)
{
	return prepare(text, false);
}

mmr_needle needle_of_folded(mmr_slice text)
{
	return prepare(text, true);
}

mmr_matches mmr_matches_of(mmr_slice slice, const mmr_needle *needle)
{
	size_t len = needle->text.len;
	mmr_matches it;

	memset(&it, 0, offsetof(mmr_matches, at));
	it.needle = *needle;
	it.batch = FIRST_BATCH;
	it.base = it.start = it.stop = slice.ptr;
	if (slice_is_nowhere(slice))
		it.error = error_nowhere();
	else if (len > 0 && len <= slice.len)
		it.stop = slice.ptr + (slice.len - len + 1);
	return it;
}

/* The offset of the first of `len` bytes that differs from the needle; `len` if none does. */
static size_t difference(const mmr_needle *needle, const char *place, const char *text, size_t len)
{
	size_t i;

	if (needle->caseless)
		return equal_bytes_of(place, text, len, true);
	if (memcmp(place, text, len) == 0)
		return len;
	for (i = 0; i < len && place[i] == text[i]; i++)
		;
	return i;
}

/* Whether a candidate matches. If its first bytes differ, `*ret_differs` is the offset where. */
static bool is_match(mmr_matches *it, const char *place, size_t *ret_differs)
{
	mmr_slice text = it->needle.text;
	size_t look = min_size(text.len, FIRST_LOOK), at;

	it->spent += look;
	at = difference(&it->needle, place, text.ptr, look);
	if (at < look) {
		*ret_differs = at;
		return false;
	}
	it->spent += text.len - look;
	if (it->needle.caseless)
		return equal_bytes_of(place + look, text.ptr + look, text.len - look, true) ==
		       text.len - look;
	return memcmp(place + look, text.ptr + look, text.len - look) == 0;
}

/* Two rare bytes may always occur together, as in "d=" if each line contains "id=". So the
 * second byte is replaced by the one at which a candidate failed. That can be the first byte only
 * if the file changes during the search. Then only the first byte is searched for, until the next
 * replacement. */
static void choose_again(mmr_needle *needle, size_t differs)
{
	needle_choose_byte(needle, 1, differs);
}

static bool spent_too_much(const mmr_matches *it)
{
	return it->needle.text.len > 1 && it->spent > SPEND_FREE + SPEND_LIMIT * it->passed;
}

/* Keeps the candidates that match and do not overlap. A guard must be set. Not inlined, because gcc
 * for 32 bits then warns that sigsetjmp may change variables.
 *
 * Returns: how many were examined: not all if comparing costs too much. */
static __attribute__((noinline)) unsigned verify(
	mmr_matches *it, const char *base, unsigned n_candidates, bool backward)
{
	size_t len = it->needle.text.len, differs = SIZE_MAX;
	unsigned i, n_vain = 0;

	it->n = 0;
	for (i = 0; i < n_candidates && !spent_too_much(it); i++) {
		const char *place = base + it->at[i];

		if (it->limit && (backward ? place + len > it->limit : place < it->limit))
			continue;
		if (!is_match(it, place, &differs)) {
			n_vain++;
			continue;
		}
		if (!it->overlapping)
			it->limit = backward ? place : place + len;
		it->at[it->n++] = it->at[i];
	}
	if (n_vain > VAIN_LIMIT && differs != SIZE_MAX)
		choose_again(&it->needle, differs);
	return i;
}

static bool failed(mmr_matches *it, const struct guard *guard)
{
	it->error = guard_fault(guard);
	it->stop = it->start;
	it->n = it->next = 0;
	return false;
}

/* A single letter in both cases is a set of two bytes. */
static struct simd_probe probe_of(const mmr_needle *needle)
{
	bool pair = needle->text.len > 1, both = !pair && needle->folds[0] != 0;
	unsigned char second =
		both ? needle->bytes[0] & (unsigned char)~CASE_BIT : needle->bytes[1];
	struct simd_probe probe = {.n = 1 + (unsigned)(pair || both),
		.all = pair,
		.bytes = {needle->bytes[0], second},
		.places = {needle->places[0], needle->places[1]},
		.folds = {pair ? needle->folds[0] : 0, pair ? needle->folds[1] : 0}};

	return probe;
}

/* Searches one batch of positions for the rare pair. Returns: false after a fault. */
static bool search_pair(mmr_matches *it, size_t len, bool backward)
{
	const mmr_needle *needle = &it->needle;
	struct simd_probe probe = probe_of(needle);
	const struct simd_kernels *kernels = simd_kernels();
	const char *from = backward ? it->stop - len : it->start;
	struct guard guard;
	unsigned n, looked_at;
	size_t used;

	if (!GUARD_ENTER(&guard, from, len + needle->text.len - 1))
		return failed(it, &guard);
	n = (backward ? kernels->mark_back : kernels->mark)(from, len, &probe, it->at, &used);
	it->passed += used;
	looked_at = verify(it, from, n, backward);
	guard_leave(&guard);
	it->linear = looked_at < n;
	if (it->linear) /* continue at the first candidate that was not examined */
		used = backward ? len - 1 - it->at[looked_at] : it->at[looked_at];
	it->base = from;
	it->next = 0;
	if (backward)
		it->stop -= used;
	else
		it->start += used;
	if (it->batch < SIMD_BATCH)
		it->batch *= 4;
	return true;
}

/* How many positions the next step of the linear search examines. */
static size_t linear_step(size_t n_places, size_t len)
{
	return min_size(n_places,
		len > LINEAR_STEP / 4 ? (len > SIZE_MAX / 4 ? len : 4 * len) : LINEAR_STEP);
}

/* Searches the next step in linear time for one match. Returns: false after a fault. */
static bool search_linear(mmr_matches *it, bool backward)
{
	size_t len = it->needle.text.len, before;
	struct twoway twoway;
	struct guard guard;
	const char *next;
	mmr_slice part;
	bool found;

	/* Skip positions at which a match would overlap the last one. */
	if (it->limit && !backward && it->limit > it->start)
		it->start = it->limit < it->stop ? it->limit : it->stop;
	if (it->limit && backward && it->limit < it->stop + (len - 1))
		it->stop =
			(size_t)(it->limit - it->start) < len ? it->start : it->limit - (len - 1);
	it->n = it->next = 0;
	part.len = linear_step((size_t)(it->stop - it->start), len);
	if (part.len == 0)
		return true;
	part.ptr = backward ? it->stop - part.len : it->start;
	part.len += len - 1;
	if (!GUARD_ENTER(&guard, part.ptr, part.len))
		return failed(it, &guard);
	twoway_prepare(&twoway, it->needle.text, it->needle.caseless, backward);
	found = twoway_find(&twoway, part, &before);
	guard_leave(&guard);
	if (found) {
		it->base = backward ? part.ptr + part.len - before - len : part.ptr + before;
		it->at[0] = 0;
		it->n = 1;
		if (!it->overlapping)
			it->limit = backward ? it->base : it->base + len;
		next = backward ? it->base : it->base + 1;
	} else {
		next = backward ? part.ptr : part.ptr + (part.len - (len - 1));
	}
	if (backward)
		it->stop = next;
	else
		it->start = next;
	return true;
}

static bool refill(mmr_matches *it, bool backward)
{
	const char *start, *stop;
	size_t len;

	do {
		start = it->start;
		stop = it->stop;
		len = min_size((size_t)(stop - start), it->batch);
		if (len == 0)
			return false;
		if (!(it->linear ? search_linear(it, backward) : search_pair(it, len, backward)))
			return false;
		if (backward)
			walk_pass(&it->held, it->stop, (size_t)(stop - it->stop), true);
		else
			walk_pass(&it->held, it->start, (size_t)(it->start - start), false);
	} while (it->n == 0);
	return true;
}

bool mmr_matches_refill_(mmr_matches *it)
{
	return refill(it, false);
}

bool mmr_matches_refill_back_(mmr_matches *it)
{
	return refill(it, true);
}

DEFINE_FILL(mmr_matches_fill, mmr_matches, mmr_slice, mmr_matches_next)
DEFINE_FILL(mmr_matches_fill_back, mmr_matches, mmr_slice, mmr_matches_next_back)
