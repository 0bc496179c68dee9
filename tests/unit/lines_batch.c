/* lines_batch.c - the ends of many lines at once
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#define BATCH_MAX 256

/* Finds the delimiter from `from` on, byte by byte. Returns: its offset, or the end. */
static size_t naive_end(mmr_slice bytes, size_t from, char delimiter)
{
	while (from < bytes.len && bytes.ptr[from] != delimiter)
		from++;
	return from;
}

static bool naive_cr(mmr_slice bytes, size_t from, size_t end)
{
	return end < bytes.len && end > from && bytes.ptr[end - 1] == '\r';
}

/* Checks every line of the next batches, up to the end of the slice. `from` is where they start. */
static void must_be_batches(mmr_lines *it, mmr_slice bytes, size_t from, char delimiter,
	unsigned flags, const char *name)
{
	mmr_line_batch batch, mark = {"mark", NULL, NULL, 7};
	size_t i, end;
	uint16_t cr;

#define CASE \
	"%s, %zu bytes, delimiter %d, flags %u: at %zu", name, bytes.len, delimiter, flags, from

	while (from < bytes.len) {
		MUST(mmr_lines_next_batch(it, &batch), CASE);
		MUST(batch.n >= 1 && batch.n <= BATCH_MAX, CASE);
		MUST(batch.first == bytes.ptr + from, CASE);
		for (i = 0; i < batch.n; i++) {
			end = naive_end(bytes, from, delimiter);
			cr = flags == MMR_LINES_CRLF && naive_cr(bytes, from, end) ? MMR_LINE_CR
										   : 0;
			MUST(batch.base + (batch.ends[i] & ~MMR_LINE_CR) == bytes.ptr + end, CASE);
			MUST((batch.ends[i] & MMR_LINE_CR) == cr, CASE);
			from = end + 1;
		}
		end = from < bytes.len ? from : bytes.len;
		MUST(mmr_lines_rest(it).ptr == bytes.ptr + end, CASE);
		MUST(mmr_lines_rest(it).len == bytes.len - end, CASE);
	}
	batch = mark;
	MUST(!mmr_lines_next_batch(it, &batch), CASE);
	MUST(!mmr_lines_next_batch(it, &batch), CASE);
	MUST(batch.first == mark.first && batch.n == mark.n, CASE);
	MUST(mmr_lines_rest(it).len == 0, CASE);
	MUST(mmr_lines_error(it) == 0, CASE);
#undef CASE
}

static void must_be_batched(mmr_slice bytes, char delimiter, unsigned flags, const char *name)
{
	mmr_lines it = mmr_lines_of_flags(bytes, delimiter, flags);

	must_be_batches(&it, bytes, 0, delimiter, flags, name);
}

static void must_be_batched_with_all_flags(mmr_slice bytes, char delimiter, const char *name)
{
	unsigned flags;

	for (flags = 0; flags < 4; flags++)
		must_be_batched(bytes, delimiter, flags, name);
}

START_TEST(test_lines_batch_example)
{
	mmr_lines it = mmr_lines_of(mmr_slice_of("one\n\nthree"), '\n');
	char joined[64] = "";
	mmr_line_batch batch;
	const char *line, *end;
	size_t i;

	while (mmr_lines_next_batch(&it, &batch)) {
		line = batch.first;
		for (i = 0; i < batch.n; i++) {
			end = batch.base + batch.ends[i];
			strncat(joined, line, (size_t)(end - line));
			strcat(joined, "|");
			line = end + 1;
		}
	}
	ck_assert_str_eq(joined, "one||three|");
}
END_TEST

START_TEST(test_lines_batch_of_every_short_text)
{
	static const char alphabet[] = {'\n', '\r', 'x'};
	char text[6];
	size_t len, code, i, rest, n_codes = 1;

	for (len = 0; len <= sizeof(text); len++, n_codes *= 3) {
		for (code = 0; code < n_codes; code++) {
			for (i = 0, rest = code; i < len; i++, rest /= 3)
				text[i] = alphabet[rest % 3];
			must_be_batched_with_all_flags((mmr_slice){text, len}, '\n', "short");
			must_be_batched_with_all_flags((mmr_slice){text, len}, '\r', "short");
		}
	}
	must_be_batched((mmr_slice){NULL, 0}, '\n', 0, "NULL");
}
END_TEST

START_TEST(test_lines_batch_of_every_delimiter)
{
	char text[900];
	struct chance chance = {81};
	mmr_slice bytes = {text, sizeof(text)};
	int byte;

	for (byte = 0; byte < 256; byte++) {
		char few[4] = {(char)byte, '\r', 0, (char)0xff};

		chance_fill(&chance, text, sizeof(text), (mmr_slice){NULL, 0});
		must_be_batched_with_all_flags(bytes, (char)byte, "random");
		chance_fill(&chance, text, sizeof(text), (mmr_slice){few, 4});
		must_be_batched_with_all_flags(bytes, (char)byte, "few");
	}
}
END_TEST

/* Single lines and batches of the same iterator, and of copies of it. */
START_TEST(test_lines_batch_mixed_with_lines)
{
	static char text[40000];
	struct chance chance = {82};
	mmr_slice bytes = {text, sizeof(text)}, line;
	size_t round, n, i, from;
	mmr_line_batch batch;
	mmr_lines it, copy;
	unsigned flags;

	for (round = 0; round < 200; round++) {
		chance_fill(&chance, text, sizeof(text), mmr_slice_of("\n\rabcdefghijklmn"));
		flags = (unsigned)round % 3;
		it = mmr_lines_of_flags(bytes, '\n', flags);
		n = chance_below(&chance, 1000);
		for (i = from = 0; i < n && mmr_lines_next(&it, &line); i++)
			from = naive_end(bytes, from, '\n') + 1;
		copy = it;
		must_be_batches(&copy, bytes, from, '\n', flags, "a copy");
		/* One batch, then single lines. */
		MUST(mmr_lines_next_batch(&it, &batch), "round %zu", round);
		for (i = 0; i < batch.n; i++)
			from = naive_end(bytes, from, '\n') + 1;
		while (from < bytes.len) {
			MUST(mmr_lines_next(&it, &line), "round %zu at %zu", round, from);
			MUST(line.ptr == text + from, "round %zu at %zu", round, from);
			from = naive_end(bytes, from, '\n') + 1;
		}
		MUST(!mmr_lines_next(&it, &line), "round %zu", round);
		MUST(!mmr_lines_next_batch(&it, &batch), "round %zu", round);
	}
}
END_TEST

START_TEST(test_lines_batch_next_to_fences)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {83};
	static const mmr_slice alphabets[] = {{"\n\rabcd", 6}, {"\n", 1}, {"\n\r", 2}, {"ab", 2}};
	size_t len, shift;

	for (len = 0; len <= 300; len++) {
		for (shift = 0; shift <= 64; shift++) {
			mmr_slice before = {fence.stop - shift - len, len};
			mmr_slice after = {fence.start + shift, len};
			mmr_slice alphabet = alphabets[(len + shift) % ARRAY_LEN(alphabets)];

			memset(fence.start, '\r', 400);
			memset(fence.stop - 400, '\r', 400);
			chance_fill(&chance, fence.stop - shift - len, len, alphabet);
			chance_fill(&chance, fence.start + shift, len, alphabet);
			must_be_batched(before, '\n', (unsigned)shift % 3, "before a fence");
			must_be_batched(after, '\n', (unsigned)(shift + 1) % 3, "after a fence");
			must_be_batched(before, '\r', (unsigned)shift % 3, "before a fence");
		}
	}
	fence_close(&fence);
}
END_TEST

/* A \r and its \n on both sides of the offsets at which the next batch is read, and lines of more
 * bytes than an offset can hold. */
START_TEST(test_lines_batch_at_boundaries)
{
	static const size_t edges[] = {256, 1280, 5376, 9472, 70000, 140000};
	static char text[140010];
	size_t i, k, len;

	for (i = 0; i < ARRAY_LEN(edges); i++) {
		for (k = edges[i] - 2; k <= edges[i] + 2; k++) {
			for (len = edges[i]; len <= edges[i] + 4; len++) {
				memset(text, 'x', len + 1);
				text[k] = '\n';
				text[k - 1] = '\r';
				must_be_batched_with_all_flags((mmr_slice){text, len}, '\n', "one");
				memset(text, '\n', 40);
				must_be_batched_with_all_flags((mmr_slice){text, len}, '\n', "41");
				memset(text, '\r', 40);
				must_be_batched_with_all_flags((mmr_slice){text, len}, '\n', "CR");
			}
		}
	}
}
END_TEST

static void batched_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader);
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_line_batch batch;

	(void)arg;
	if (setting->addressable) {
		must_be_batched_with_all_flags(bytes, '\n', setting->name);
		return;
	}
	MUST(!mmr_lines_next_batch(&it, &batch), "%s", setting->name);
	MUST(mmr_lines_error(&it) == MMR_ENOMAP, "%s", setting->name);
}

START_TEST(test_lines_batch_on_every_backing)
{
	static char text[60013];
	struct chance chance = {84};

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\n\rabcdefghijklmnopqrstuvw"));
	on_every_backing((mmr_slice){text, sizeof(text)}, batched_on_backing, NULL);
	on_every_backing((mmr_slice){text, 0}, batched_on_backing, NULL);
}
END_TEST

START_TEST(test_lines_batch_in_a_truncated_file)
{
	static char text[(size_t)1 << 18];
	size_t half = sizeof(text) / 2, i, n = 0;
	unsigned flags;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(text, 'x', sizeof(text));
	for (i = 7; i < sizeof(text); i += 8)
		text[i] = '\n';
	for (flags = 0; flags < 3; flags++, n = 0) {
		struct temp temp = temp_open(text, sizeof(text));
		mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		mmr_lines it = mmr_lines_of_flags(mmr_bytes(reader), '\n', flags);
		mmr_line_batch batch;

		temp_resize(&temp, half);
		while (mmr_lines_next_batch(&it, &batch))
			n += batch.n;
		ck_assert_int_eq(mmr_lines_error(&it), MMR_ETRUNCATED);
		ck_assert_uint_eq(mmr_last_error_offset(), half);
		/* Those of the batch with the fault are not reported. */
		MUST(n <= half / 8 && n + 4096 / 8 >= half / 8, "%zu lines", n);
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

static Suite *lines_batch_suite(void)
{
	Suite *suite = suite_create("lines_batch");

	ADD_CASE(suite, "core", test_lines_batch_example, test_lines_batch_of_every_short_text,
		test_lines_batch_of_every_delimiter, test_lines_batch_mixed_with_lines,
		test_lines_batch_on_every_backing);
	ADD_CASE(suite, "limits", test_lines_batch_next_to_fences, test_lines_batch_at_boundaries);
	ADD_CASE(suite, "faults", test_lines_batch_in_a_truncated_file);
	return suite;
}

CHECK_MAIN(lines_batch_suite)
