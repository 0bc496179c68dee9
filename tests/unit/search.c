/* search.c - the lines that match texts and regular expressions, on every backing and on streams
 *
 * SPDX-License-Identifier: MIT */
#include "naive_filter.h"
#include "support.h"

#include <ctype.h>

#define MIB ((size_t)1 << 20)

/* A pattern, and a naive function that decides whether a line contains it. */
struct sample {
	const char *text;
	bool is_regex;
	bool (*is_in)(mmr_slice line, const mmr_search_options *options);
};

static bool is_word(mmr_slice line, size_t at)
{
	return at < line.len && (isalnum((unsigned char)line.ptr[at]) || line.ptr[at] == '_');
}

static bool is_same(char a, char b, bool caseless)
{
	return caseless ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

/* Whether a match at [at, at + len) is one with the options. */
static bool fits(mmr_slice line, size_t at, size_t len, const mmr_search_options *options)
{
	if (options->words && ((at > 0 && is_word(line, at - 1)) || is_word(line, at + len)))
		return false;
	return !options->whole_lines || len == line.len;
}

static bool has_text(mmr_slice line, const char *text, const mmr_search_options *options)
{
	size_t len = strlen(text), at, i;

	for (at = 0; at + len <= line.len; at++) {
		for (i = 0; i < len && is_same(line.ptr[at + i], text[i], options->caseless);)
			i++;
		if (i == len && fits(line, at, len, options))
			return true;
	}
	return false;
}

/* Whether a line contains a+b. */
static bool has_run(mmr_slice line, const mmr_search_options *options)
{
	size_t at, end;

	for (at = 0; at < line.len; at++) {
		for (end = at; end < line.len && is_same(line.ptr[end], 'a', options->caseless);)
			end++;
		if (end > at && end < line.len && is_same(line.ptr[end], 'b', options->caseless) &&
			fits(line, at, end + 1 - at, options))
			return true;
		/* A later start in the same run does not fit either. */
		at = end;
	}
	return false;
}

static bool has_letter(mmr_slice line, size_t at, char letter, const mmr_search_options *options)
{
	return line.len > 0 && is_same(line.ptr[at], letter, options->caseless) &&
	       fits(line, at, 1, options);
}

static bool starts_with_a(mmr_slice line, const mmr_search_options *options)
{
	return has_letter(line, 0, 'a', options);
}

static bool ends_with_b(mmr_slice line, const mmr_search_options *options)
{
	return has_letter(line, line.len - 1, 'b', options);
}

static bool is_empty(mmr_slice line, const mmr_search_options *options)
{
	(void)options;
	return line.len == 0;
}

static bool has_b_before_a(mmr_slice line, const mmr_search_options *options)
{
	size_t at = 0;

	while (at + 1 < line.len && !(has_letter(line, at, 'b', options) &&
					    is_same(line.ptr[at + 1], 'a', options->caseless)))
		at++;
	return at + 1 < line.len;
}

static const struct sample samples[] = {
	{"", false, NULL},
	{"a", false, NULL},
	{"ab", false, NULL},
	{"aa", false, NULL},
	{"b.", false, NULL},
	{" ", false, NULL},
	{"a a", false, NULL},
	{"..b..", false, NULL},
	{"nothing of this", false, NULL},
	/* The texts are first. */
	{"a+b", true, has_run},
	{"^a", true, starts_with_a},
	{"b$", true, ends_with_b},
	{"^$", true, is_empty},
	{"b(?=a)", true, has_b_before_a},
};

#define N_TEXTS 9

/* --- The naive search ------------------------------------------------------------------------- */

struct test_case {
	const struct sample *samples[3];
	size_t n;
	mmr_search_options options;
	mmr_scan_options scan;
	mmr_found_options how;
};

/* `line` is without its delimiter, `whole` with it. */
static bool is_found(mmr_slice line, mmr_slice whole, const struct test_case *test)
{
	size_t n = 0, i;
	bool found;

	for (i = 0; i < test->n; i++) {
		const struct sample *sample = test->samples[i];

		n += sample->is_in ? sample->is_in(line, &test->options)
				   : has_text(line, sample->text, &test->options);
	}
	found = test->options.all ? n == test->n : n > 0;
	if (test->options.filter)
		found = found && naive_filter_keeps(whole);
	return found != test->options.invert;
}

/* A line of the range, as the naive search sees it. */
struct naive_line {
	size_t start, stop; /* with its delimiter */
	uint64_t number;
	bool found, reported;
};

/* All lines of a range, and how far they have been reported. */
struct walk {
	const struct test_case *test;
	mmr_slice bytes; /* from the start of the reader to the end of the range */
	struct naive_line *lines;
	size_t n_lines, at, previous; /* lines; the next one to be reported; the last one */
	uint64_t n;                   /* lines reported */
};

static size_t cut_lines(struct walk *walk, size_t start, uint64_t number)
{
	const struct test_case *test = walk->test;
	size_t n = 0, stop;

	for (; start < walk->bytes.len; start = stop, number++, n++) {
		const char *line = walk->bytes.ptr + start;
		size_t rest = walk->bytes.len - start;
		const char *end = memchr(line, test->options.delimiter, rest);
		size_t len = end ? (size_t)(end - line) : rest;

		stop = start + len + (end != NULL);
		if (walk->lines)
			walk->lines[n] = (struct naive_line){start, stop, number,
				is_found((mmr_slice){line, len}, (mmr_slice){line, stop - start},
					test),
				false};
	}
	return n;
}

/* Marks the lines that must be reported. */
static void choose_lines(struct walk *walk)
{
	const mmr_found_options *how = &walk->test->how;
	uint64_t left = how->max_lines;
	size_t i, k, first, last;

	for (i = 0; i < walk->n_lines; i++) {
		struct naive_line *line = &walk->lines[how->backward ? walk->n_lines - 1 - i : i];

		line->found = line->found && left > 0;
		left -= line->found;
		if (!line->found)
			continue;
		first = i - (size_t)min_u64(how->before, i);
		last = i + (size_t)min_u64(how->after, walk->n_lines - 1 - i);
		line->reported = true;
		for (k = first; k <= last && !how->backward; k++)
			walk->lines[k].reported = true;
	}
}

/* The walk from the start of the range, which starts at a line. */
static struct walk walk_of(const struct test_case *test, mmr_slice bytes)
{
	size_t start = (size_t)min_u64(test->scan.offset, bytes.len);
	size_t stop = start + (size_t)min_u64(test->scan.length, bytes.len - start), i;
	struct walk walk = {.test = test, .bytes = {bytes.ptr, stop}, .previous = SIZE_MAX};
	uint64_t number = 0;

	for (i = 0; i < start; i++)
		number += bytes.ptr[i] == test->options.delimiter;
	walk.n_lines = cut_lines(&walk, start, number);
	walk.lines = malloc((walk.n_lines + 1) * sizeof(*walk.lines));
	cut_lines(&walk, start, number);
	choose_lines(&walk);
	return walk;
}

/* The next line that must be reported. */
static struct naive_line *next_line(struct walk *walk)
{
	struct naive_line *line;

	while (walk->at < walk->n_lines) {
		line = &walk->lines[walk->test->how.backward ? walk->n_lines - 1 - walk->at
							     : walk->at];
		if (line->reported)
			return line;
		walk->at++;
	}
	return NULL;
}

static int on_line(void *context, const mmr_found_line *found)
{
	struct walk *walk = context;
	const mmr_found_options *how = &walk->test->how;
	bool has_context = how->before > 0 || how->after > 0;
	struct naive_line *line = next_line(walk);
	size_t stop;

	if (!line || found->off != line->start || found->is_context == line->found ||
		found->number != (how->numbers ? line->number : MMR_NO_LINE) ||
		memcmp(found->bytes.ptr, walk->bytes.ptr + line->start, found->bytes.len) != 0)
		return -EPROTO;
	if (has_context &&
		found->after_gap != (walk->previous != SIZE_MAX && walk->previous + 1 != walk->at))
		return -EBADMSG;
	/* A run has adjacent lines of one kind. */
	do {
		stop = line->stop;
		walk->previous = walk->at++;
		walk->n++;
		line = next_line(walk);
	} while (how->runs && line && line->start == stop && line->found != found->is_context &&
		 stop - found->off < found->bytes.len);
	if (stop - found->off != found->bytes.len)
		return -EPROTO;
	return 0;
}

static mmr_search *compile(const struct test_case *test)
{
	mmr_pattern patterns[3];
	mmr_search *search;
	size_t i;

	for (i = 0; i < test->n; i++)
		patterns[i] = (mmr_pattern){
			mmr_slice_of(test->samples[i]->text), test->samples[i]->is_regex};
	MUST(mmr_search_compile(patterns, test->n, &test->options, &search) == 0, "%s",
		mmr_last_error());
	return search;
}

/* --- Lines that several threads process ------------------------------------------------------- */

/* Lines that do not fit are returned as such. */
struct batch {
	struct walk *walk;
	mmr_found_line lines[7];
	size_t n;
};

static int batch_start(void *state, void *context)
{
	struct batch *batch = state;

	batch->walk = context;
	return 0;
}

static int batch_line(void *state, const mmr_found_line *line)
{
	struct batch *batch = state;

	if (batch->n == ARRAY_LEN(batch->lines))
		return MMR_FOUND_FULL;
	batch->lines[batch->n] = *line;
	/* The bytes are valid during this call. The same bytes are in the walk. */
	batch->lines[batch->n].bytes.ptr = batch->walk->bytes.ptr + line->off;
	if (memcmp(batch->walk->bytes.ptr + line->off, line->bytes.ptr, line->bytes.len) != 0)
		return -EPROTO;
	batch->n++;
	return 0;
}

static int batch_collect(void *state)
{
	struct batch *batch = state;
	size_t i;
	int result = 0;

	for (i = 0; i < batch->n && result == 0; i++)
		result = on_line(batch->walk, &batch->lines[i]);
	batch->n = 0;
	return result;
}

static const mmr_found_job batches = {.line = batch_line,
	.collect = batch_collect,
	.start = batch_start,
	.state_size = sizeof(struct batch)};

static void must_find(mmr_reader *reader, mmr_reader *second, mmr_reader *third, mmr_slice bytes,
	const struct test_case *test, const char *name)
{
	struct walk walk = walk_of(test, bytes), again = walk_of(test, bytes);
	mmr_found_job job = batches;
	mmr_search *search = compile(test);
	uint64_t n = UINT64_MAX, n_found = 0;
	size_t i;
	int err;

	err = mmr_search_lines(search, reader, &test->scan, &test->how, on_line, &walk);
	MUST(err == 0, "%s: %s %s: %d (%s) after %llu lines", name, test->samples[0]->text,
		test->n > 1 ? test->samples[1]->text : "", err, mmr_last_error(),
		(unsigned long long)walk.n);
	MUST(!next_line(&walk), "%s: %s: line at %zu is not found", name, test->samples[0]->text,
		next_line(&walk)->start);
	job.context = &again;
	err = mmr_search_run(search, third, &test->scan, &test->how, &job);
	MUST(err == 0, "%s: %s: job: %d (%s) after %llu lines", name, test->samples[0]->text, err,
		mmr_last_error(), (unsigned long long)again.n);
	MUST(!next_line(&again), "%s: %s: line at %zu is not found by the job", name,
		test->samples[0]->text, next_line(&again)->start);
	for (i = 0; i < walk.n_lines; i++)
		n_found += walk.lines[i].found;
	MUST(mmr_search_count(search, second, &test->scan, &n) == 0, "%s: %s", name,
		mmr_last_error());
	MUST(n == n_found || test->how.max_lines != UINT64_MAX,
		"%s: %s: %llu lines instead of %llu", name, test->samples[0]->text,
		(unsigned long long)n, (unsigned long long)n_found);
	mmr_search_close(search);
	free(walk.lines);
	free(again.lines);
}

/* --- Cases ------------------------------------------------------------------------------------ */

static mmr_found_options draw_how(struct chance *chance)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	size_t options = chance_below(chance, 32);

	how.numbers = options & 1;
	if (options & 2)
		how.max_lines = chance_below(chance, 1 + chance_below(chance, 300));
	if (options & 4) {
		how.before = chance_below(chance, 4);
		how.after = chance_below(chance, 4);
	} else {
		how.backward = options & 8;
	}
	how.runs = (options & 16) && !how.backward;
	return how;
}

static struct test_case plain_case(const struct sample *sample)
{
	struct test_case test = {.samples = {sample}, .n = 1};

	test.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	test.scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	test.how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	return test;
}

static struct test_case draw(struct chance *chance, mmr_slice bytes)
{
	struct test_case test = plain_case(NULL);
	size_t options = chance_below(chance, 32), start, i;
	size_t n_samples = has_pcre2() ? ARRAY_LEN(samples) : N_TEXTS;

	test.n = 1 + chance_below(chance, 3);
	for (i = 0; i < test.n; i++)
		test.samples[i] = &samples[chance_below(chance, n_samples)];
	test.options.caseless = options & 1;
	test.options.words = options & 2;
	test.options.whole_lines = options & 4;
	test.options.all = options & 8;
	test.options.invert = options & 16;
	if (chance_below(chance, 2))
		test.options.filter = naive_filter_of(bytes);
	test.options.delimiter = chance_below(chance, 4) ? '\n' : '\0';
	/* Within lines that end with NUL, anchors also match next to '\n'. */
	for (i = 0; test.options.delimiter == '\0' && i < test.n; i++)
		if (test.samples[i]->is_regex && strpbrk(test.samples[i]->text, "^$"))
			test.samples[i] = &samples[1];
	test.how = draw_how(chance);
	test.scan.delimiter = test.options.delimiter;
	test.scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	if (chance_below(chance, 3) == 0 && bytes.len > 0) {
		/* The range starts at a line. */
		start = chance_below(chance, bytes.len);
		while (start > 0 && bytes.ptr[start - 1] != test.options.delimiter)
			start--;
		test.scan.offset = start;
		test.scan.length = chance_below(chance, bytes.len - start + 2);
	}
	return test;
}

static void search_reader(const struct setting *setting, const struct test_case *test)
{
	must_find(setting->reader, setting->reader, setting->reader, setting->bytes, test,
		setting->name);
}

static void search_setting(const struct setting *setting, void *arg)
{
	struct test_case test = draw(arg, setting->bytes);

	search_reader(setting, &test);
}

static void fill(struct chance *chance, char *text, size_t len)
{
	static const mmr_slice alphabets[] = {{"ab\n", 3}, {"aAbB. \n", 7},
		{"aaaaaaaabb_..   \n\0", 18}, {"a   \n", 5}, {"bb.......\n", 10}, {"ab", 2},
		{"\n", 1}};

	chance_fill(chance, text, len, alphabets[chance_below(chance, ARRAY_LEN(alphabets))]);
}

START_TEST(test_search_small_inputs)
{
	struct chance chance = {71};
	char text[130];
	size_t i;

	for (i = 0; i < 1000; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4 ? 40 : sizeof(text))};

		fill(&chance, text, bytes.len);
		on_every_backing(bytes, search_setting, &chance);
	}
}
END_TEST

static void join_lines(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\0')
			text[i] = '.';
}

/* Blocks have 2 MiB or, for regular expressions, 128 KiB. */
START_TEST(test_search_several_blocks)
{
	struct chance chance = {72};
	bool slow = memory_is_shadowed() || getenv("MATRIX_EMULATED");
	size_t len = 3 * MIB, n = slow ? 2 : 4, i, at;
	char *text = malloc(len);
	mmr_slice bytes = {text, len};

	for (i = 0; i < n; i++) {
		fill(&chance, text, len);
		/* Long lines over the ends of blocks. */
		for (at = 100000; i % 2 && at + 70000 < len; at += 130000)
			join_lines(text + at, 70000);
		on_every_backing(bytes, search_setting, &chance);
	}
	free(text);
}
END_TEST

static void find_in_stream(mmr_slice bytes, size_t piece, const struct test_case *test)
{
	struct piped first = piped_open(bytes, piece, false);
	struct piped second = piped_open(bytes, piece, false);
	struct piped third = piped_open(bytes, piece, false);

	must_find(first.reader, second.reader, third.reader, bytes, test, "stream");
	piped_close(&first);
	piped_close(&second);
	piped_close(&third);
}

START_TEST(test_search_streams)
{
	static const size_t pieces[] = {1, 7, 4096, 65537, 0};
	struct chance chance = {73};
	size_t len = 300000, i;
	char *text = malloc(len);

	for (i = 0; i < 60; i++) {
		mmr_slice bytes = {text, i % 3 ? chance_below(&chance, 200) : len};
		size_t piece = pieces[bytes.len == len ? 2 + i % 3 : i % 5];
		struct test_case test;

		fill(&chance, text, bytes.len);
		test = draw(&chance, bytes);
		test.how.backward = false;
		find_in_stream(bytes, piece, &test);
	}
	free(text);
}
END_TEST

/* Context of a stream, which is kept, over the ends of blocks. */
START_TEST(test_search_context_of_streams)
{
	struct chance chance = {74};
	size_t len = 400000, i, k;
	char *text = malloc(len);

	for (i = 0; i < 24; i++) {
		struct test_case test = plain_case(&samples[2]);
		mmr_slice bytes = {text, len};

		memset(text, '.', len);
		for (k = 0; k < len; k += 1 + chance_below(&chance, i % 2 ? 100 : 20000))
			text[k] = '\n';
		for (k = 0; k + 2 < len; k += 1 + chance_below(&chance, 150000))
			memcpy(text + k, "ab", 2);
		test.how.before = chance_below(&chance, 2000);
		test.how.after = chance_below(&chance, 2000);
		test.how.numbers = i % 3 == 0;
		test.scan.n_threads = 1 + (unsigned)i % 3;
		find_in_stream(bytes, i % 4 ? 30000 : 4096, &test);
	}
	free(text);
}
END_TEST

/* Context that is longer than blocks, numbered from its first line. */
static void find_much_context(const struct setting *setting, void *arg)
{
	struct test_case test = plain_case(&samples[2]);

	(void)arg;
	test.how.before = 290000;
	test.how.numbers = true;
	search_reader(setting, &test);
}

START_TEST(test_search_much_context)
{
	size_t len = 7 * MIB, i;
	char *text = malloc(len);

	for (i = 0; i < len; i++)
		text[i] = i % 20 == 19 ? '\n' : '.';
	memcpy(text + len - 10, "ab", 2);
	on_every_backing((mmr_slice){text, len}, find_much_context, NULL);
	free(text);
}
END_TEST

static Suite *search_suite(void)
{
	Suite *suite = suite_create("search");

	ADD_CASE(suite, "core", test_search_small_inputs, test_search_several_blocks,
		test_search_streams, test_search_context_of_streams, test_search_much_context);
	return suite;
}

CHECK_MAIN(search_suite)
