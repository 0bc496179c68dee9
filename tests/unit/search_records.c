/* search_records.c - searches in records of several lines and in rows, compared with a naive search
 *
 * SPDX-License-Identifier: MIT */
#include "naive_filter.h"
#include "naive_found.h"
#include "naive_rows.h"
#include "support.h"

#define MIB ((size_t)1 << 20)

/* --- The naive search ------------------------------------------------------------------------- */

static bool has_text(mmr_slice record, const char *text)
{
	size_t len = strlen(text), at;

	for (at = 0; at + len <= record.len; at++)
		if (len == 0 || memcmp(record.ptr + at, text, len) == 0)
			return true;
	return false;
}

static char byte_at(mmr_slice record, size_t at)
{
	return at < record.len ? record.ptr[at] : '\0';
}

static bool starts_line(mmr_slice record, size_t at)
{
	return at == 0 || record.ptr[at - 1] == '\n';
}

static bool ends_line(mmr_slice record, size_t at)
{
	return at == record.len || record.ptr[at] == '\n';
}

/* Each of these decides whether an expression matches at an offset. */

static bool empty_line(mmr_slice record, size_t at)
{
	return starts_line(record, at) && ends_line(record, at);
}

static bool line_of_b(mmr_slice record, size_t at)
{
	return starts_line(record, at) && byte_at(record, at) == 'b';
}

static bool end_of_a(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'a' && ends_line(record, at + 1);
}

static bool a_dot_b(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'a' && byte_at(record, at + 1) != '\n' &&
	       byte_at(record, at + 2) == 'b';
}

static bool a_any_b(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'a' && byte_at(record, at + 2) == 'b';
}

static bool first_b(mmr_slice record, size_t at)
{
	return at == 0 && byte_at(record, 0) == 'b';
}

static bool last_b(mmr_slice record, size_t at)
{
	return at + 1 == record.len && byte_at(record, at) == 'b';
}

static bool b_line_a(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'b' && byte_at(record, at + 1) == '\n' &&
	       byte_at(record, at + 2) == 'a';
}

static bool three_lines(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'b' && byte_at(record, at + 1) == '\n' &&
	       byte_at(record, at + 2) == '.' && byte_at(record, at + 3) == '\n' &&
	       byte_at(record, at + 4) == 'b';
}

struct sample {
	const char *text;
	bool (*matches)(mmr_slice record, size_t at); /* NULL for a text */
};

#define N_TEXTS 8

static const struct sample samples[] = {
	{"", NULL},
	{"a", NULL},
	{"ab", NULL},
	{"b\na", NULL},
	{"\n", NULL},
	{"\n\n", NULL},
	{"\na\n", NULL},
	{"nothing of this", NULL},
	/* The texts are first. */
	{"^$", empty_line},
	{"^b", line_of_b},
	{"a$", end_of_a},
	{"a.b", a_dot_b},
	{"(?s)a.b", a_any_b},
	{"\\Ab", first_b},
	{"b\\z", last_b},
	{"b\\na", b_line_a},
	{"b\\n\\.\\nb", three_lines},
};

static bool is_in(mmr_slice record, const struct sample *sample)
{
	size_t at;

	if (!sample->matches)
		return has_text(record, sample->text);
	for (at = 0; at <= record.len; at++)
		if (sample->matches(record, at))
			return true;
	return false;
}

/* --- Cases ------------------------------------------------------------------------------------ */

/* Patterns, and rows. The last two are expressions. */
static const char *const kinds[] = {"", "a", "rows", "b.", "^a|[.]"};

struct test_case {
	struct chance *chance;
	const char *kind;
	mmr_split *records;
	const struct sample *samples[3];
	size_t n_samples;
	mmr_search_options options;
	mmr_scan_options scan;
	mmr_found_options how;
	/* The naive search. */
	struct naive_found naive;
	int error;
};

static bool has_rows(const struct test_case *test)
{
	return test->kind[0] == 'r';
}

/* Whether a record begins at an offset after `start`. */
static bool begins(const struct test_case *test, mmr_slice bytes, size_t start, size_t at)
{
	char byte = byte_at(bytes, at), second = byte_at(bytes, at + 1);

	if (bytes.ptr[at - 1] != '\n')
		return false;
	switch (test->kind[0]) {
	case '\0':
		return byte != '\n' && (at - 1 == start || bytes.ptr[at - 2] == '\n');
	case 'a':
		return byte == 'a';
	case 'b':
		return byte == 'b' && at + 1 < bytes.len && second != '\n';
	default:
		return byte == 'a' || byte == '.';
	}
}

/* Cuts the rows of [start, stop), and numbers the first one in all rows. */
static void cut_rows(struct test_case *test, mmr_slice bytes, size_t start, size_t stop)
{
	struct naive_rows all = naive_rows_of(bytes.ptr, bytes.len, ',');
	struct naive_rows rows = naive_rows_of(bytes.ptr + start, stop - start, ',');
	size_t i;

	for (i = 0; i < all.n && all.ends[i] < start; i++)
		test->naive.number++;
	test->naive.starts[0] = start;
	for (i = 0; i < rows.n; i++)
		test->naive.starts[i + 1] = start + rows.ends[i] + 1;
	test->naive.n = rows.n + (test->naive.starts[rows.n] < stop);
	test->error = rows.quote == UINT64_MAX ? 0 : MMR_EQUOTE;
	free(all.ends);
	free(rows.ends);
}

static void cut_records(struct test_case *test, mmr_slice bytes, size_t start, size_t stop)
{
	mmr_slice part = {bytes.ptr, stop};
	size_t at;

	for (at = start; at < stop; at++)
		if (at == start || begins(test, part, start, at))
			test->naive.starts[test->naive.n++] = at;
	for (at = 1; at <= start && at < bytes.len; at++)
		test->naive.number += begins(test, bytes, 0, at);
}

/* Searches [start, stop) naively. */
static void search(struct test_case *test, mmr_slice bytes, size_t start, size_t stop)
{
	size_t i, k, n;

	test->naive.starts = malloc((stop - start + 2) * sizeof(size_t));
	test->naive.n = 0;
	test->naive.number = 0;
	if (has_rows(test))
		cut_rows(test, bytes, start, stop);
	else
		cut_records(test, bytes, start, stop);
	test->naive.starts[test->naive.n] = stop;
	naive_found_make(&test->naive);
	for (i = 0; i < test->naive.n; i++) {
		const size_t *bounds = &test->naive.starts[i];
		mmr_slice record = {bytes.ptr + bounds[0], bounds[1] - bounds[0]};
		bool keeps = !test->options.filter || naive_filter_keeps(record), found;

		record.len -= record.ptr[record.len - 1] == '\n';
		for (k = 0, n = 0; k < test->n_samples; k++)
			n += is_in(record, test->samples[k]);
		found = keeps && (test->options.all ? n == test->n_samples : n > 0);
		test->naive.found[i] = found != test->options.invert;
	}
	if (naive_found_choose(&test->naive, &test->how))
		test->error = 0;
}

static int on_record(void *context, const mmr_found_line *found)
{
	struct test_case *test = context;

	return naive_found_check(&test->naive, &test->how, found);
}

static struct test_case draw(struct chance *chance, mmr_slice bytes)
{
	struct test_case test = {.chance = chance};
	size_t options = chance_below(chance, 64), i;
	size_t n_samples = has_pcre2() ? ARRAY_LEN(samples) : N_TEXTS;

	test.kind = kinds[chance_below(chance, ARRAY_LEN(kinds) - (has_pcre2() ? 0 : 2))];
	test.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	test.scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	test.how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	test.n_samples = 1 + chance_below(chance, 3);
	for (i = 0; i < test.n_samples; i++)
		test.samples[i] = &samples[chance_below(chance, n_samples)];
	test.options.all = options & 1;
	test.options.invert = options & 2;
	if (chance_below(chance, 2))
		test.options.filter = naive_filter_of(bytes);
	test.how.numbers = options & 4;
	if (options & 8)
		test.how.max_lines = chance_below(chance, 1 + chance_below(chance, 100));
	if (options & 16) {
		test.how.before = chance_below(chance, 4);
		test.how.after = chance_below(chance, 4);
	} else {
		test.how.backward = options & 32;
	}
	test.how.runs = chance_below(chance, 2) && !test.how.backward;
	test.scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	test.scan.io_mode = chance_below(chance, 2) ? MMR_IO_MAP : MMR_IO_AUTO;
	return test;
}

static mmr_search *compile(struct test_case *test)
{
	mmr_pattern patterns[3];
	mmr_search *made;
	size_t i;

	MUST((has_rows(test) ? mmr_split_rows(',', &test->records)
			     : mmr_split_compile(mmr_slice_of(test->kind), '\n', &test->records)) ==
			0,
		"%s", mmr_last_error());
	test->options.records = test->scan.records = test->records;
	for (i = 0; i < test->n_samples; i++)
		patterns[i] = (mmr_pattern){
			mmr_slice_of(test->samples[i]->text), test->samples[i]->matches != NULL};
	MUST(mmr_search_compile(patterns, test->n_samples, &test->options, &made) == 0, "%s",
		mmr_last_error());
	return made;
}

static void end(struct test_case *test, mmr_search *made)
{
	mmr_search_close(made);
	mmr_split_close(test->records);
	naive_found_free(&test->naive);
}

#define CASE "%s, %zu bytes, records '%s', pattern '%s'"

static void must_find(mmr_reader *reader, const mmr_search *made, struct test_case *test,
	const char *name, size_t size)
{
	int err = mmr_search_lines(made, reader, &test->scan, &test->how, on_record, test);

	MUST(err == test->error, CASE ": %d (%s) at record %zu", name, size, test->kind,
		test->samples[0]->text, err, mmr_last_error(), test->naive.at);
	MUST(naive_found_next(&test->naive, &test->how) == SIZE_MAX,
		CASE ": record %zu is not found", name, size, test->kind, test->samples[0]->text,
		test->naive.at);
}

static void must_count(mmr_reader *reader, const mmr_search *made, const struct test_case *test,
	const char *name, size_t size)
{
	uint64_t n = 0, want = 0;
	size_t i;
	int err = mmr_search_count(made, reader, &test->scan, &n);

	MUST(err == test->error || (err == MMR_EQUOTE && test->how.max_lines != UINT64_MAX),
		CASE ": %s", name, size, test->kind, test->samples[0]->text, mmr_last_error());
	for (i = 0; i < test->naive.n; i++)
		want += test->naive.found[i];
	MUST(n == want || test->how.max_lines != UINT64_MAX, CASE ": %zu, not %zu", name, size,
		test->kind, test->samples[0]->text, (size_t)n, (size_t)want);
}

/* Single records are tested without `invert` and the filter. */
static void must_test(const mmr_search *made, const struct test_case *test, mmr_slice bytes)
{
	mmr_line_matches *it;
	size_t i, k, n;

	ck_assert_int_eq(mmr_line_matches_open(made, &it), 0);
	for (i = 0; i < test->naive.n && i < 20; i++) {
		const size_t *bounds = &test->naive.starts[i];
		mmr_slice whole = {bytes.ptr + bounds[0], bounds[1] - bounds[0]}, record = whole;

		record.len -= record.ptr[record.len - 1] == '\n';
		for (k = 0, n = 0; k < test->n_samples; k++)
			n += is_in(record, test->samples[k]);
		MUST(mmr_line_matches_test(it, whole) ==
				(test->options.all ? n == test->n_samples : n > 0),
			"'%.*s': pattern '%s'", (int)record.len, record.ptr,
			test->samples[0]->text);
	}
	mmr_line_matches_close(it);
}

static void search_setting(const struct setting *setting, void *arg)
{
	struct test_case test = draw(arg, setting->bytes);
	size_t len = setting->bytes.len, start = 0, stop = len;
	mmr_search *made = compile(&test);

	if (chance_below(arg, 3) == 0) {
		start = chance_below(arg, len + 1);
		stop = start + chance_below(arg, len - start + 1);
		test.scan.offset = start;
		test.scan.length = stop - start;
	}
	search(&test, setting->bytes, start, stop);
	must_find(setting->reader, made, &test, setting->name, len);
	must_count(setting->reader, made, &test, setting->name, len);
	must_test(made, &test, setting->bytes);
	end(&test, made);
}

static void fill(struct chance *chance, char *text, size_t len)
{
	static const mmr_slice alphabets[] = {{"ab\n", 3}, {"ab.\n\n", 5}, {"a\n\n\n", 4},
		{"\n", 1}, {"ab.............................\n", 32}, {"b.\n", 3}};

	if (chance_below(chance, 3) == 0) {
		naive_rows_draw(chance, ',', text, len);
		return;
	}
	chance_fill(chance, text, len, alphabets[chance_below(chance, ARRAY_LEN(alphabets))]);
}

START_TEST(test_search_small_inputs)
{
	struct chance chance = {81};
	char text[120];
	size_t i;

	for (i = 0; i < 1500; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4 ? 30 : sizeof(text))};

		fill(&chance, text, bytes.len);
		on_every_backing(bytes, search_setting, &chance);
	}
}
END_TEST

START_TEST(test_search_several_blocks)
{
	struct chance chance = {82};
	char *text = malloc(5 * MIB);
	size_t i;

	for (i = 0; i < 9; i++) {
		mmr_slice bytes = {
			text, 200000 + chance_below(&chance, (i % 3 ? 1 : 5) * MIB - 200000)};

		if (i % 3 == 1)
			naive_rows_draw(&chance, ',', text, bytes.len);
		else
			chance_fill(&chance, text, bytes.len,
				i % 2 ? (mmr_slice){"ab............................\n", 31}
				      : (mmr_slice){"aaabbb....\n\n", 12});
		on_every_backing(bytes, search_setting, &chance);
	}
	free(text);
}
END_TEST

START_TEST(test_search_streams)
{
	static const size_t pieces[] = {1, 3, 0, 64, 4096, 65536};
	struct chance chance = {83};
	char *text = malloc(MIB);
	mmr_search *made;
	size_t i;

	for (i = 0; i < 300; i++) {
		size_t piece = pieces[i % ARRAY_LEN(pieces)];
		mmr_slice bytes = {text, chance_below(&chance, i % 6 < 2 ? 100
							       : i < 250 ? 5000
									 : MIB)};
		struct test_case test = draw(&chance, bytes);
		struct piped piped;

		test.how.backward = false;
		fill(&chance, text, bytes.len);
		made = compile(&test);
		search(&test, bytes, 0, bytes.len);
		piped = piped_open(bytes, piece, false);
		if (i % 3 == 0)
			must_count(piped.reader, made, &test, "stream", bytes.len);
		else
			must_find(piped.reader, made, &test, "stream", bytes.len);
		piped_close(&piped);
		end(&test, made);
	}
	free(text);
}
END_TEST

/* --- Matches in a record, and errors ---------------------------------------------------------- */

START_TEST(test_search_matches_in_a_record)
{
	static const mmr_slice record = {"a\nb\n\nb\nb\n\n", 10};
	mmr_pattern patterns[] = {{mmr_slice_of("\nb\n"), false}, {mmr_slice_of("^b$"), true}};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	static const size_t starts[2][4] = {{1, 4, SIZE_MAX}, {2, 5, 7, SIZE_MAX}};
	mmr_line_matches *it;
	mmr_search *made;
	mmr_slice match;
	size_t i, n;

	ck_assert_int_eq(mmr_split_compile(
				 mmr_slice_of(""), '\n', (mmr_split **)(uintptr_t)&options.records),
		0);
	for (i = 0; i < 1 + (size_t)has_pcre2(); i++) {
		ck_assert_int_eq(mmr_search_compile(&patterns[i], 1, &options, &made), 0);
		ck_assert_int_eq(mmr_line_matches_open(made, &it), 0);
		ck_assert_int_eq(mmr_line_matches_load(it, record), 0);
		for (n = 0; mmr_line_matches_next(it, &match); n++)
			ck_assert_uint_eq((size_t)(match.ptr - record.ptr), starts[i][n]);
		ck_assert_int_eq(mmr_line_matches_error(it), 0);
		ck_assert_uint_eq(starts[i][n], SIZE_MAX);
		mmr_line_matches_close(it);
		mmr_search_close(made);
	}
	mmr_split_close((mmr_split *)(uintptr_t)options.records);
}
END_TEST

/* A whole record is equal to a text. */
START_TEST(test_search_whole_records)
{
	static const mmr_slice bytes = {"a\nb\na\nb\n.\na\n", 12};
	mmr_pattern pattern = {mmr_slice_of("a\nb"), false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	mmr_reader *reader;
	mmr_search *made;
	uint64_t n;
	int err;

	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a"), '\n', &records), 0);
	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	options.records = scan.records = records;
	options.whole_lines = true;
	err = mmr_search_compile(&pattern, 1, &options, &made);
	ck_assert_int_eq(err, has_pcre2() ? 0 : MMR_ENOLIB);
	if (err == 0) {
		ck_assert_int_eq(mmr_search_count(made, reader, &scan, &n), 0);
		ck_assert_uint_eq(n, 1);
		mmr_search_close(made);
	}
	mmr_close(reader);
	mmr_split_close(records);
}
END_TEST

static int count_line(void *context, const mmr_found_line *line)
{
	*(uint64_t *)context += line->bytes.len > 0;
	return 0;
}

START_TEST(test_search_refuses)
{
	static const mmr_slice bytes = {"a\nb\n", 4};
	mmr_pattern pattern = {mmr_slice_of("a\nb"), false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records, *others;
	struct piped piped;
	mmr_reader *reader;
	mmr_search *made;
	uint64_t n = 0;

	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a"), '\n', &records), 0);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a"), '\n', &others), 0);
	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, &options, &made), -EINVAL);
	options.records = records;
	options.delimiter = '\0';
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, &options, &made), -EINVAL);
	options.delimiter = '\n';
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, &options, &made), 0);
	ck_assert_int_eq(mmr_search_count(made, reader, &scan, &n), -EINVAL);
	scan.records = others;
	ck_assert_int_eq(mmr_search_count(made, reader, &scan, &n), -EINVAL);
	scan.records = records;
	ck_assert_int_eq(mmr_search_count(made, reader, &scan, &n), 0);
	ck_assert_uint_eq(n, 1);
	/* Numbers are counted from the start of the stream. */
	how.numbers = true;
	scan.offset = 1;
	piped = piped_open(bytes, 0, false);
	ck_assert_int_eq(
		mmr_search_lines(made, piped.reader, &scan, &how, count_line, &n), -ESPIPE);
	piped_close(&piped);
	mmr_search_close(made);
	mmr_close(reader);
	mmr_split_close(records);
	mmr_split_close(others);
}
END_TEST

static Suite *search_records_suite(void)
{
	Suite *suite = suite_create("search_records");

	ADD_CASE(suite, "core", test_search_small_inputs, test_search_several_blocks,
		test_search_streams, test_search_matches_in_a_record, test_search_whole_records);
	ADD_CASE(suite, "faults", test_search_refuses);
	return suite;
}

CHECK_MAIN(search_records_suite)
