/* bisect.c - finds lines of a sorted file by binary search
 *
 * Offsets are halved, not numbers of lines. The first line with a key after the middle decides in
 * which half the search goes on. The middle, not the start of that line, becomes the new end:
 * there is no other line with a key between them.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader/bisect.h>

#include "file/reader.h"
#include "scan/options.h"
#include "search/keys.h"
#include "search/probe.h"

#include <errno.h>

struct bisection {
	struct probe probe;
	struct keys keys;
	enum mmr_bound bound;
	struct key_copy low, high, now; /* before the bound, after it, and the last one found */
	uint64_t off;                   /* the bound, as far as it is known */
	struct error_note disorder;     /* the first that was met; `code` is 0 without any */
};

static void swap(struct key_copy *a, struct key_copy *b)
{
	struct key_copy copy = *a;

	*a = *b;
	*b = copy;
}

/* Finds the first key of the lines that start in [from, to). Returns: like keys_find, with `now`.
 */
static int next_key(struct bisection *bisection, uint64_t from, uint64_t to)
{
	struct key_copy *now = &bisection->now;
	mmr_slice line;
	int found;

	while ((found = probe_start(&bisection->probe, from, to, &now->off)) > 0) {
		found = probe_unit(&bisection->probe, now->off, MMR_KEY_ROOM, &line);
		if (found == 0)
			found = keys_find(&bisection->keys, line, now);
		if (found != 0)
			break;
		from = now->off + 1;
	}
	now->known = found > 0;
	return found;
}

/* Finds the last key, unless no line near the end has one. Returns: 0, with `high`. */
static int last_key(struct bisection *bisection)
{
	uint64_t start = bisection->low.off + 1, stop = bisection->probe.stop;
	uint64_t from = max_u64(start, stop - min_u64(stop, PROBE_READ));
	int found;

	while ((found = next_key(bisection, from, stop)) > 0) {
		swap(&bisection->high, &bisection->now);
		from = bisection->high.off + 1;
	}
	return found;
}

/* Keeps the first error of order. */
static void must_be_ordered(
	struct bisection *bisection, const struct key_copy *first, const struct key_copy *second)
{
	const mmr_reader *reader = bisection->probe.reader;

	if (bisection->disorder.code != 0 || !first->known || !second->known ||
		keys_compare(&bisection->keys, key_slice(first), key_slice(second)) <= 0)
		return;
	error_explain_at(MMR_EORDER, reader->offset + second->off,
		"'%s' is not sorted: the key at byte %llu is greater than the one", reader->name,
		(unsigned long long)(reader->offset + first->off));
	error_save(&bisection->disorder);
}

/* Whether a line is before the bound. */
static bool is_before(const struct bisection *bisection, const struct key_copy *copy)
{
	int order = keys_compare(&bisection->keys, key_slice(copy), bisection->keys.wanted);

	return order < 0 || (order == 0 && bisection->bound == MMR_BOUND_UPPER);
}

/* Returns: 1 with the bound. */
static int halve(struct bisection *bisection, uint64_t start, uint64_t stop)
{
	uint64_t middle;
	int found;

	while (start < stop) {
		/* The rest is read at once. */
		middle = stop - start <= PROBE_READ ? start : start + (stop - start) / 2;
		found = next_key(bisection, middle, stop);
		if (found < 0)
			return found;
		if (found == 0) {
			stop = middle;
			continue;
		}
		must_be_ordered(bisection, &bisection->low, &bisection->now);
		must_be_ordered(bisection, &bisection->now, &bisection->high);
		if (is_before(bisection, &bisection->now)) {
			swap(&bisection->low, &bisection->now);
			start = bisection->low.off + 1;
		} else {
			swap(&bisection->high, &bisection->now);
			bisection->off = bisection->high.off;
			stop = middle;
		}
	}
	return 1;
}

/* Returns: like mmr_bisect, without MMR_EORDER. */
static int search(struct bisection *bisection)
{
	uint64_t stop = bisection->probe.stop;
	struct key_copy *low = &bisection->low, *high = &bisection->high;
	int found = next_key(bisection, bisection->probe.start, stop);

	bisection->off = stop;
	if (found <= 0)
		return found;
	swap(low, &bisection->now);
	found = last_key(bisection);
	if (found < 0)
		return found;
	must_be_ordered(bisection, low, high);
	if (!is_before(bisection, low)) {
		bisection->off = low->off;
		return 1;
	}
	if (high->known && is_before(bisection, high))
		return 1;
	if (high->known)
		bisection->off = stop = high->off;
	return halve(bisection, low->off + 1, stop);
}

int mmr_bisect(mmr_reader *reader, const mmr_scan_options *options, const mmr_key *key,
	mmr_slice wanted, enum mmr_bound bound, uint64_t *ret_off)
{
	struct bisection bisection = {.bound = bound};
	mmr_scan_options scan;
	struct units units;
	uint64_t start = 0, stop = 0;
	int result;

	result = scan_options(options, &scan);
	if (result == 0 && (unsigned)bound > MMR_BOUND_UPPER)
		result = error_set(-EINVAL, "search for bound %u", (unsigned)bound);
	/* Where a row starts depends on all bytes before it. */
	units = units_of(&scan);
	if (result == 0 && units_are_rows(&units))
		result = error_set(-EINVAL, "search for a key in the rows of a table");
	if (result == 0)
		result = keys_start(key, wanted, &bisection.keys);
	if (result == 0)
		result = scan_locate(reader, &scan, &start, &stop);
	if (result < 0)
		return result;
	if (units_are_fixed(&units))
		stop -= (stop - start) % units.records->size;
	bisection.probe = probe_of(reader, &units, start, stop);
	result = search(&bisection);
	heap_free(bisection.low.bytes);
	heap_free(bisection.high.bytes);
	heap_free(bisection.now.bytes);
	probe_close(&bisection.probe);
	if (result < 0)
		return result;
	*ret_off = bisection.off;
	if (bisection.disorder.code == 0)
		return result;
	error_restore(&bisection.disorder);
	return MMR_EORDER;
}
