/* fuzz_range.c - ranges of mmcat and slices of the library, against arithmetic without overflow
 *
 * Links: tools/cli/number.c tools/cli/range.c
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "cli/range.h"

/* The sum of a negative index and a size does not overflow. */
static int64_t offset_of(int64_t index, int64_t size)
{
	if (index < 0)
		index += size;
	if (index < 0)
		return 0;
	return index < size ? index : size;
}

/* Cuts a slice of memory that is never read. */
static void cut(struct taker *taker)
{
	static const char anything[1];
	size_t size = (size_t)(take_number(taker) & PTRDIFF_MAX);
	mmr_slice all = {anything, size}, part, cut;
	int64_t start = (int64_t)take_number(taker), stop = (int64_t)take_number(taker);
	uint64_t off = take_number(taker), len = take_number(taker);
	int64_t from = offset_of(start, (int64_t)size), to = offset_of(stop, (int64_t)size);
	bool fits = off <= size && len <= size - off;

	if (stop == MMR_END)
		to = (int64_t)size;
	cut = mmr_slice_cut(all, start, stop);
	MUST(cut.len == (size_t)(to > from ? to - from : 0), "cut [%lld:%lld] of %zu: %zu",
		(long long)start, (long long)stop, size, cut.len);
	MUST(cut.len == 0 || cut.ptr == all.ptr + (size_t)from, "start of [%lld:%lld] of %zu",
		(long long)start, (long long)stop, size);
	part = all;
	MUST((mmr_slice_at(all, off, len, &part) == 0) == fits, "at %llu, %llu bytes of %zu",
		(unsigned long long)off, (unsigned long long)len, size);
	if (fits)
		MUST(part.len == len && part.ptr == all.ptr + (size_t)off, "%zu bytes", part.len);
	else
		MUST(part.len == all.len && part.ptr == all.ptr, "touched");
}

/* A parsed range has the same meaning in its canonical form. */
static void parse(const char *text, enum number_unit unit)
{
	struct range range = {1, 2, true, 3}, again;
	const char *hint = range_parse(text, unit, &range);
	char plain[96];

	if (hint) {
		MUST(*hint, "no hint for '%s'", text);
		MUST(range.start == 1 && range.stop == 2 && range.length == 3, "touched");
		return;
	}
	MUST(unit == NUMBER_OF_ITEMS || !strchr(text, ','), "'%s' of bytes", text);
	if (strchr(text, ','))
		MUST(range.start >= 0 &&
				(range.has_length ? range.length > 0 : range.stop > range.start),
			"'%s' is empty", text);
	if (range.has_length)
		snprintf(plain, sizeof(plain), "%lld:+%lld", (long long)range.start,
			(long long)range.length);
	else if (range.stop == MMR_END)
		snprintf(plain, sizeof(plain), "%lld:", (long long)range.start);
	else
		snprintf(plain, sizeof(plain), "%lld:%lld", (long long)range.start,
			(long long)range.stop);
	MUST(!range_parse(plain, unit, &again), "'%s' is not parsed", plain);
	MUST(again.start == range.start && again.has_length == range.has_length, "'%s'", plain);
	MUST(!range.has_length || again.length == range.length, "'%s'", plain);
	MUST(range.has_length || again.stop == range.stop, "'%s'", plain);
}

/* A decimal number is equal to what strtod(3) returns, within the precision of a double. */
static void check_number(const char *text)
{
	uint64_t number;
	double wanted;
	char *end;

	if (!number_parse_all(text, NUMBER_OF_ITEMS, &number))
		return;
	MUST(number <= INT64_MAX, "'%s' is %llu", text, (unsigned long long)number);
	if (strspn(text, "0123456789.e+") != strlen(text) || strchr("eE", text[strlen(text) - 1]))
		return;
	wanted = strtod(text, &end);
	MUST(*end == '\0', "'%s' is not a number", text);
	if (wanted < 9e15)
		MUST((double)number == wanted, "'%s' is %llu", text, (unsigned long long)number);
	else
		MUST(number > (uint64_t)8e15, "'%s' is %llu", text, (unsigned long long)number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	char text[64];
	size_t len;

	if (take_byte(&taker) % 2 == 0) {
		cut(&taker);
		return 0;
	}
	len = taker.left < sizeof(text) ? taker.left : sizeof(text) - 1;
	memcpy(text, taker.at, len);
	text[len] = '\0';
	parse(text, NUMBER_OF_BYTES);
	parse(text, NUMBER_OF_ITEMS);
	check_number(text);
	return 0;
}
