/* fill.c - many items of an iterator at once, compared with one after the other
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <unistd.h>

#define MAX_ITEMS 6000

static char text[20000];
static mmr_slice bytes;
static mmr_layout *layout;
static mmr_regex *regex;
static mmr_search *search;
static mmr_needle needle;
static mmr_reader *sparse;

/* An iterator of any kind. */
struct kind {
	const char *name;
	void *(*start)(void); /* an iterator over `bytes`; several may exist */
	void (*end)(void *it);
	bool (*next)(void *it, void *ret_item);
	size_t (*fill)(void *it, void *ret_items, size_t n);
	int (*error)(const void *it);
	size_t item_size;
	size_t at_least; /* items */
};

static void *copy_of(const void *state, size_t size)
{
	void *copy = malloc(size);

	ck_assert_ptr_nonnull(copy);
	return memcpy(copy, state, size);
}

/* Functions of a kind whose iterator is a plain struct. `way` is nothing or _back. */
#define KIND(kind, type, way, first) \
	static void *kind##_start(void) \
	{ \
		mmr_##type it = first; \
\
		return copy_of(&it, sizeof(it)); \
	} \
	FUNCTIONS(kind, type, way) \
	static int kind##_error(const void *it) \
	{ \
		return mmr_##type##_error(it); \
	}

#define FUNCTIONS(kind, type, way) \
	static bool kind##_next(void *it, void *ret_item) \
	{ \
		return mmr_##type##_next##way(it, ret_item); \
	} \
	static size_t kind##_fill(void *it, void *ret_items, size_t n) \
	{ \
		return mmr_##type##_fill##way(it, ret_items, n); \
	}

KIND(lines, lines, , mmr_lines_of_flags(bytes, '\n', MMR_LINES_CRLF))
KIND(kept, lines, , mmr_lines_of_flags(bytes, '\n', MMR_LINES_KEEP))
KIND(reverse_lines, reverse_lines, , mmr_reverse_lines_of(bytes, '\n'))
KIND(fields, fields, , mmr_fields_of(bytes, ','))
KIND(positions, positions, , mmr_positions_of(bytes, ','))
KIND(positions_back, positions, _back, mmr_positions_of(bytes, ','))
KIND(matches, matches, , mmr_matches_of(bytes, &needle))
KIND(matches_back, matches, _back, mmr_matches_of(bytes, &needle))
KIND(chunks, chunks, , mmr_chunks_of(bytes, 50, 7))
KIND(records, records, , mmr_records_of(layout, bytes, 3))

/* A cell has padding, so it is compared by its members. */
struct cell {
	mmr_slice text;
	size_t flags;
};

static void *table_start(void)
{
	mmr_table it = mmr_table_of(bytes, ',');

	return copy_of(&it, sizeof(it));
}

static struct cell plain(mmr_cell cell)
{
	return (struct cell){cell.text, (size_t)cell.quoted * 2 + cell.last};
}

static bool table_next(void *it, void *ret_item)
{
	mmr_cell cell;

	if (!mmr_table_next(it, &cell))
		return false;
	*(struct cell *)ret_item = plain(cell);
	return true;
}

static size_t table_fill(void *it, void *ret_items, size_t n)
{
	static mmr_cell cells[MAX_ITEMS];
	struct cell *items = ret_items;
	size_t got = mmr_table_fill(it, cells, n), i;

	for (i = 0; i < got; i++)
		items[i] = plain(cells[i]);
	return got;
}

static int table_error(const void *it)
{
	return mmr_table_error(it);
}

static void *line_matches_start(void)
{
	mmr_line_matches *it;

	ck_assert_int_eq(mmr_line_matches_open(search, &it), 0);
	ck_assert_int_eq(mmr_line_matches_load(it, bytes), 0);
	return it;
}

FUNCTIONS(line_matches, line_matches, )

static int line_matches_error(const void *it)
{
	return mmr_line_matches_error(it);
}

static void line_matches_end(void *it)
{
	mmr_line_matches_close(it);
}

static void *extents_start(void)
{
	mmr_extents it = mmr_extents_of(sparse);

	return copy_of(&it, sizeof(it));
}

FUNCTIONS(extents, extents, )

static int no_error(const void *it)
{
	(void)it;
	return 0;
}

static void *regex_start(void)
{
	mmr_regex_matches *it;

	ck_assert_int_eq(mmr_regex_matches_of(regex, bytes, &it), 0);
	return it;
}

static bool regex_next(void *it, void *ret_item)
{
	mmr_regex_match match;
	mmr_match *item = ret_item;

	if (!mmr_regex_matches_next(it, &match))
		return false;
	item->off = match.off;
	item->len = match.text.len;
	item->line = MMR_NO_LINE;
	return true;
}

static size_t regex_fill(void *it, void *ret_items, size_t n)
{
	return mmr_regex_matches_fill(it, ret_items, n);
}

static int regex_error(const void *it)
{
	return mmr_regex_matches_error(it);
}

static void regex_end(void *it)
{
	mmr_regex_matches_close(it);
}

#define PLAIN(kind, item, at_least) \
	{ \
#kind, kind##_start, free, kind##_next, kind##_fill, kind##_error, sizeof(item), \
			at_least \
	}

static const struct kind kinds[] = {
	PLAIN(lines, mmr_slice, 1000),
	PLAIN(kept, mmr_slice, 1000),
	PLAIN(reverse_lines, mmr_slice, 1000),
	PLAIN(fields, mmr_slice, 1000),
	PLAIN(table, struct cell, 1000),
	PLAIN(positions, const char *, 1000),
	PLAIN(positions_back, const char *, 1000),
	PLAIN(matches, mmr_slice, 300),
	PLAIN(matches_back, mmr_slice, 300),
	PLAIN(chunks, mmr_slice, 300),
	PLAIN(records, mmr_slice, 1000),
	{"extents", extents_start, free, extents_next, extents_fill, no_error, sizeof(mmr_extent),
		1},
	{"line matches", line_matches_start, line_matches_end, line_matches_next, line_matches_fill,
		line_matches_error, sizeof(mmr_slice), 300},
	{"matches of a regex", regex_start, regex_end, regex_next, regex_fill, regex_error,
		sizeof(mmr_match), 300},
};

/* Lines of several cells, some in quotes, and "bb" in some. */
static void make_text(void)
{
	struct chance chance = {5};
	size_t n = 0;

	while (n + 40 < sizeof(text)) {
		unsigned choice = (unsigned)chance_below(&chance, 8);

		n += (size_t)snprintf(text + n, 40, "%s%.*s,%s%s\n", choice == 1 ? "\"q,\"" : "",
			(int)chance_below(&chance, 12), "abbacadabbac", choice == 2 ? "bb" : "",
			choice == 3 ? "\r" : "");
	}
	bytes = (mmr_slice){text, n - 1}; /* the last line has no end */
}

/* 3 extents, if the file system has holes. */
static void make_sparse(void)
{
	struct temp temp = temp_open("", 0);

	ck_assert_int_eq(ftruncate(temp.fd, 3 << 20), 0);
	ck_assert_int_eq(pwrite(temp.fd, "data", 4, 0), 4);
	ck_assert_int_eq(pwrite(temp.fd, "data", 4, 1 << 20), 4);
	ck_assert_int_eq(pwrite(temp.fd, "data", 4, 2 << 20), 4);
	ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &sparse), 0);
	temp_close(&temp);
}

static void setup(void)
{
	mmr_pattern pattern = TEXT("bb");

	make_text();
	make_sparse();
	needle = mmr_needle_of(mmr_slice_of("bb"));
	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of("7s"), &layout), 0);
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, NULL, &search), 0);
	if (mmr_regex_compile(mmr_slice_of("b+a|^"), NULL, &regex) < 0)
		regex = NULL;
}

static void teardown(void)
{
	mmr_layout_close(layout);
	mmr_search_close(search);
	mmr_regex_close(regex);
	mmr_close(sparse);
}

/* All items of a kind, one after the other. Returns: how many there are. */
static size_t collect(const struct kind *kind, char *items, int *ret_error)
{
	void *it = kind->start();
	size_t n = 0;

	while (kind->next(it, items + n * kind->item_size))
		MUST(++n < MAX_ITEMS, "%s", kind->name);
	MUST(n >= kind->at_least, "%s: %zu items", kind->name, n);
	*ret_error = kind->error(it);
	kind->end(it);
	return n;
}

static char wanted[MAX_ITEMS * sizeof(mmr_match)], got[(MAX_ITEMS + 1) * sizeof(mmr_match)];

/* Takes up to `n` items, which must be those from `at` on, and nothing is written after them.
 * Returns: how many there were. */
static size_t must_fill(const struct kind *kind, void *it, size_t n, size_t at, size_t n_wanted)
{
	size_t size = kind->item_size, expected = min_size(n, n_wanted - at), n_got, i;

	memset(got, 0x5a, (n + 1) * size);
	n_got = kind->fill(it, got, n);
	MUST(n_got == expected, "%s: %zu of %zu items at %zu of %zu", kind->name, n_got, n, at,
		n_wanted);
	MUST(memcmp(got, wanted + at * size, n_got * size) == 0, "%s: %zu items at %zu", kind->name,
		n, at);
	for (i = n_got * size; i < (n_got + 1) * size; i++)
		MUST(got[i] == 0x5a, "%s: item %zu of %zu was written", kind->name, n_got, n);
	return n_got;
}

static void must_end(const struct kind *kind, void *it, size_t n_wanted, int error)
{
	MUST(!kind->next(it, got), "%s", kind->name);
	must_fill(kind, it, 3, n_wanted, n_wanted);
	MUST(kind->error(it) == error, "%s: error %d", kind->name, kind->error(it));
	kind->end(it);
}

START_TEST(test_fill_against_next)
{
	const struct kind *kind = &kinds[_i];
	size_t n_wanted, n, at;
	int error;

	if (kind->start == regex_start && !regex)
		CHECK_SKIP("no PCRE2");
	n_wanted = collect(kind, wanted, &error);
	for (n = 1; n < MAX_ITEMS; n = n < 300 ? n + 1 : n * 3 / 2) {
		void *it = kind->start();

		MUST(must_fill(kind, it, 0, 0, n_wanted) == 0, "%s", kind->name);
		for (at = 0; at < n_wanted;)
			at += must_fill(kind, it, n, at, n_wanted);
		must_end(kind, it, n_wanted, error);
	}
}
END_TEST

START_TEST(test_fill_mixed_with_next)
{
	const struct kind *kind = &kinds[_i];
	struct chance chance = {7};
	size_t n_wanted, at;
	int error, round;

	if (kind->start == regex_start && !regex)
		CHECK_SKIP("no PCRE2");
	n_wanted = collect(kind, wanted, &error);
	for (round = 0; round < 50; round++) {
		void *it = kind->start();

		for (at = 0; at < n_wanted;) {
			if (chance_below(&chance, 2) == 0) {
				at += must_fill(kind, it, chance_below(&chance, 400), at, n_wanted);
				continue;
			}
			MUST(kind->next(it, got), "%s", kind->name);
			MUST(memcmp(got, wanted + at * kind->item_size, kind->item_size) == 0,
				"%s: item %zu", kind->name, at);
			at++;
		}
		must_end(kind, it, n_wanted, error);
	}
}
END_TEST

/* A batch of line ends may be taken between the lines, too. */
START_TEST(test_fill_lines_mixed_with_batches)
{
	mmr_lines it = mmr_lines_of(bytes, '\n'), naive = it;
	mmr_slice lines[100], line;
	mmr_line_batch batch;
	size_t n, i;

	do {
		n = mmr_lines_fill(&it, lines, ARRAY_LEN(lines));
		for (i = 0; i < n; i++) {
			ck_assert(mmr_lines_next(&naive, &line));
			ck_assert_mem_eq(&line, &lines[i], sizeof(line));
		}
		if (!mmr_lines_next_batch(&it, &batch))
			break;
		for (i = 0; i < batch.n; i++)
			ck_assert(mmr_lines_next(&naive, &line));
		ck_assert_ptr_eq(line.ptr + line.len, batch.base + batch.ends[batch.n - 1]);
	} while (n > 0);
	ck_assert(!mmr_lines_next(&naive, &line));
}
END_TEST

START_TEST(test_fill_without_addresses)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_lines it;
	mmr_slice lines[2];

	options.backing = MMR_BACKING_UNMAPPED;
	ck_assert_int_eq(mmr_open("/proc/self/exe", &options, &reader), 0);
	it = mmr_lines_of(mmr_bytes(reader), '\n');
	ck_assert_uint_eq(mmr_lines_fill(&it, lines, 2), 0);
	ck_assert_int_eq(mmr_lines_error(&it), MMR_ENOMAP);
	mmr_close(reader);
}
END_TEST

static Suite *fill_suite(void)
{
	Suite *suite = suite_create("fill");
	TCase *core = tcase_create("core");

	tcase_add_checked_fixture(core, setup, teardown);
	tcase_add_loop_test(core, test_fill_against_next, 0, (int)ARRAY_LEN(kinds));
	tcase_add_loop_test(core, test_fill_mixed_with_next, 0, (int)ARRAY_LEN(kinds));
	tcase_add_test(core, test_fill_lines_mixed_with_batches);
	tcase_add_test(core, test_fill_without_addresses);
	suite_add_tcase(suite, core);
	return suite;
}

CHECK_MAIN(fill_suite)
