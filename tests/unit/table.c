/* table.c - tables with quoted cells, which may contain line ends
 *
 * The oracle reads a cell byte by byte: first the quotes, then the rest.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/mman.h>
#include <unistd.h>

struct naive {
	mmr_cell cell;
	size_t next;   /* start of the next cell */
	bool more;     /* a delimiter follows this cell */
	bool unclosed; /* its quote is never closed, so it extends to the end */
	bool stray;    /* a quote occurs between its closing quote and its end */
};

/* `first`: whether the cell is the first of its row. */
static struct naive naive_cell(mmr_slice bytes, size_t from, char delimiter, bool first)
{
	struct naive naive = {{{NULL, 0}, false, true}, 0, false, false, false};
	size_t at, closing = 0, end;
	bool quoted;

	if (first && bytes.len - from > 3 && memcmp(bytes.ptr + from, "\xef\xbb\xbf\"", 4) == 0)
		from += 3;
	at = from;
	quoted = at < bytes.len && bytes.ptr[at] == '"';
	if (from < bytes.len || bytes.len > 0)
		naive.cell.text.ptr = bytes.ptr + from;

	if (quoted) {
		for (at++; at < bytes.len; at++) {
			if (bytes.ptr[at] != '"')
				continue;
			if (at + 1 == bytes.len || bytes.ptr[at + 1] != '"')
				break;
			at++;
		}
		naive.unclosed = at == bytes.len;
		if (naive.unclosed) {
			naive.cell.text.len = bytes.len - from;
			naive.next = bytes.len;
			return naive;
		}
		closing = at++;
	}
	for (; at < bytes.len && bytes.ptr[at] != delimiter && bytes.ptr[at] != '\n'; at++)
		naive.stray |= quoted && bytes.ptr[at] == '"';
	end = at;
	if (at < bytes.len && bytes.ptr[at] == '\n')
		end -= end > from && bytes.ptr[end - 1] == '\r';
	naive.cell.text.len = end - from;
	if (quoted && closing + 1 == end) {
		naive.cell.text.ptr++;
		naive.cell.text.len -= 2;
		naive.cell.quoted = true;
	}
	naive.more = at < bytes.len && bytes.ptr[at] == delimiter;
	naive.cell.last = !naive.more;
	naive.next = at < bytes.len ? at + 1 : at;
	return naive;
}

static void must_unquote(mmr_cell cell, const char *name)
{
	char buffer[64];
	size_t len = 99, i, n = 0;

	if (cell.text.len > sizeof(buffer))
		return;
	memset(buffer, '?', sizeof(buffer));
	MUST(mmr_cell_unquote(cell, buffer, &len) == 0, "%s: %s", name, mmr_last_error());
	for (i = 0; i < cell.text.len; i++, n++) {
		MUST(n < len && buffer[n] == cell.text.ptr[i], "%s: byte %zu of a cell", name, n);
		if (cell.quoted && cell.text.ptr[i] == '"')
			i++;
	}
	MUST(n == len, "%s: %zu bytes of a cell, should be %zu", name, len, n);
}

static void must_be_cells(mmr_slice bytes, char delimiter, const char *name)
{
	mmr_table it = mmr_table_of(bytes, delimiter);
	mmr_cell cell = {{"mark", 4}, false, false}, mark = cell;
	struct naive naive = {mark, 0, false, false, false};
	size_t n, from;

#define CASE \
	"%s, %zu bytes '%.*s': cell %zu at %zu", name, bytes.len, (int)min_size(bytes.len, 60), \
		bytes.ptr, n, from

	for (n = 0, from = 0; from < bytes.len || naive.more; n++, from = naive.next) {
		naive = naive_cell(bytes, from, delimiter, !naive.more);
		if (naive.stray)
			return;
		MUST(mmr_table_next(&it, &cell), CASE);
		MUST(cell.text.ptr == naive.cell.text.ptr, CASE);
		MUST(cell.text.len == naive.cell.text.len, CASE);
		MUST(cell.quoted == naive.cell.quoted && cell.last == naive.cell.last, CASE);
		must_unquote(cell, name);
	}
	cell = mark;
	MUST(!mmr_table_next(&it, &cell), CASE);
	MUST(!mmr_table_next(&it, &cell), CASE);
	MUST(cell.text.ptr == mark.text.ptr, CASE);
	MUST(mmr_table_error(&it) == (naive.unclosed ? MMR_EQUOTE : 0), CASE);
#undef CASE
}

START_TEST(test_table_examples)
{
	static const struct {
		const char *text, *cells; /* unquoted; '|' after each cell, '/' after each row */
		int error;
	} cases[] = {
		{"", "", 0},
		{"\n", "|/", 0},
		{"\r\n", "|/", 0},
		{"\n\n", "|/|/", 0},
		{"a,b\nc,d\n", "a|b|/c|d|/", 0},
		{"a,b\r\nc,d", "a|b|/c|d|/", 0},
		{"a,", "a||/", 0},
		{"a,\n", "a||/", 0},
		{",\n,", "||/||/", 0},
		{"\"\"", "|/", 0},
		{"\"\",\"\"\r\n", "||/", 0},
		{"\"a,b\",c", "a,b|c|/", 0},
		{"\"a\nb\"\nc", "a\nb|/c|/", 0},
		{"\"a\r\nb\"\r\nc\r\n", "a\r\nb|/c|/", 0},
		{"\"say \"\"no\"\"\",1", "say \"no\"|1|/", 0},
		{"\"\"\"\"", "\"|/", 0},
		{"a\"b,c\"\n", "a\"b|c\"|/", 0}, /* a quote inside a cell */
		{" \"a\"\n", " \"a\"|/", 0},
		{"\"a\" ,b", "\"a\" |b|/", 0}, /* a byte after the closing quote */
		{"\"a\"x\",b", "\"a\"x\"|b|/", 0},
		{"\"a\"x\"y\"\r\nb", "\"a\"x\"y\"|/b|/", 0},
		{"a\r", "a\r|/", 0},
		{"\"a\"\r", "\"a\"\r|/", 0},
		{"\r\r\n", "\r|/", 0},
		{"\"", "\"|/", MMR_EQUOTE},
		{"a,\"b\nc,d\n", "a|\"b\nc,d\n|/", MMR_EQUOTE},
		{"\"\"\"", "\"\"\"|/", MMR_EQUOTE},
		{"\"a\r", "\"a\r|/", MMR_EQUOTE},
		/* A \r without \n ends no row. */
		{"a\rb,c\r", "a\rb|c\r|/", 0},
		/* A byte order mark before a quote is skipped at the start of a row only. */
		{"\xef\xbb\xbf\"a,\nb\",c\n", "a,\nb|c|/", 0},
		{"\xef\xbb\xbf\"a", "\"a|/", MMR_EQUOTE},
		{"\xef\xbb\xbf\"a\"\r\n\xef\xbb\xbf\"\"\n", "a|/|/", 0},
		{"\xef\xbb\xbf"
		 "a,b\n",
			"\xef\xbb\xbf"
			"a|b|/",
			0},
		{"\xef\xbb\xbf", "\xef\xbb\xbf|/", 0},
		{"\xef\xbb\xbf\"\"\"\",\"\"\n", "\"||/", 0},
		{"a,\xef\xbb\xbf\"b\"\n", "a|\xef\xbb\xbf\"b\"|/", 0},
		{"\xef\xbbx\"a\"\n", "\xef\xbbx\"a\"|/", 0},
	};
	size_t i, one_len = 0;
	char one[2];

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mmr_table it = mmr_table_of(mmr_slice_of(cases[i].text), ',');
		char joined[64] = "", buffer[64];
		mmr_cell cell;
		size_t len;

		while (mmr_table_next(&it, &cell)) {
			ck_assert_int_eq(mmr_cell_unquote(cell, buffer, &len), 0);
			strcat(strncat(joined, buffer, len), cell.last ? "|/" : "|");
		}
		ck_assert_str_eq(joined, cases[i].cells);
		ck_assert_int_eq(mmr_table_error(&it), cases[i].error);
		must_be_cells(mmr_slice_of(cases[i].text), ',', "example");
	}
	must_be_cells((mmr_slice){NULL, 0}, ',', "NULL");
	/* A cell that the caller has made: a single quote is kept. */
	ck_assert_int_eq(mmr_cell_unquote((mmr_cell){{"a\"", 2}, true, false}, one, &one_len), 0);
	ck_assert(mmr_slice_equal((mmr_slice){one, one_len}, mmr_slice_of("a\"")));
}
END_TEST

START_TEST(test_table_of_every_short_text)
{
	static const char alphabet[] = {'"', ',', '\n', '\r', 'x'};
	char text[7];
	size_t len, code, n_codes = 1, i, rest;

	for (len = 0; len <= sizeof(text); len++, n_codes *= 5) {
		for (code = 0; code < n_codes; code++) {
			for (i = 0, rest = code; i < len; i++, rest /= 5)
				text[i] = alphabet[rest % 5];
			must_be_cells((mmr_slice){text, len}, ',', "short");
		}
	}
}
END_TEST

/* Writes rows as a program would: cells are quoted where necessary, and sometimes elsewhere. */
static size_t write_table(struct chance *chance, char *bytes, size_t room)
{
	size_t len = 0, n, i;

	while (len + 200 < room) {
		bool quoted = chance_below(chance, 3) == 0;
		size_t limit = chance_below(chance, 8) ? 12 : 60;

		if (quoted)
			bytes[len++] = '"';
		for (i = 0, n = chance_below(chance, limit); i < n; i++) {
			char byte = quoted ? "a,\n\r\""[chance_below(chance, 5)] : 'b';

			bytes[len++] = byte;
			if (byte == '"')
				bytes[len++] = byte;
		}
		if (quoted)
			bytes[len++] = '"';
		if (chance_below(chance, 3) > 0) {
			bytes[len++] = ',';
			continue;
		}
		if (chance_below(chance, 2))
			bytes[len++] = '\r';
		bytes[len++] = '\n';
	}
	return len - chance_below(chance, 4);
}

START_TEST(test_table_of_written_rows)
{
	struct fence fence = fence_open(65536);
	static char text[65536];
	struct chance chance = {101};
	size_t round, len;

	for (round = 0; round < 300; round++) {
		len = write_table(&chance, text, 250 + chance_below(&chance, sizeof(text) - 250));
		memcpy(fence.stop - len, text, len);
		must_be_cells((mmr_slice){fence.stop - len, len}, ',', "before a fence");
		memcpy(fence.start, text, len);
		must_be_cells((mmr_slice){fence.start, len}, ',', "after a fence");
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_table_of_other_delimiters)
{
	static const char delimiters[] = {'\t', ';', '\0', 'a', (char)0xff, ' '};
	static char text[3000];
	struct chance chance = {102};
	size_t i, round, len;

	for (i = 0; i < sizeof(delimiters); i++) {
		char alphabet[] = {delimiters[i], '\n', 'x', 'y', '\r', ',', 'z', 'z', '"'};

		for (round = 0; round < 200; round++) {
			len = chance_below(&chance, sizeof(text));
			chance_fill(&chance, text, len, (mmr_slice){alphabet, 8 + round % 2});
			must_be_cells((mmr_slice){text, len}, delimiters[i], "delimiter");
		}
	}
}
END_TEST

START_TEST(test_table_of_one_huge_cell)
{
	static char text[1000003];
	mmr_table it = mmr_table_of((mmr_slice){text, sizeof(text)}, ',');
	mmr_cell cell;

	memset(text, '\n', sizeof(text));
	text[0] = text[sizeof(text) - 1] = '"';
	ck_assert(mmr_table_next(&it, &cell));
	ck_assert(cell.quoted && cell.last);
	ck_assert_ptr_eq(cell.text.ptr, text + 1);
	ck_assert_uint_eq(cell.text.len, sizeof(text) - 2);
	ck_assert(!mmr_table_next(&it, &cell));
	/* An unclosed cell of any size is returned before the error. */
	it = mmr_table_of((mmr_slice){text, sizeof(text) - 1}, ',');
	ck_assert(mmr_table_next(&it, &cell));
	ck_assert_ptr_eq(cell.text.ptr, text);
	ck_assert_uint_eq(cell.text.len, sizeof(text) - 1);
	ck_assert_int_eq(mmr_table_error(&it), MMR_EQUOTE);
	ck_assert(!mmr_table_next(&it, &cell));
	ck_assert_int_eq(mmr_table_error(&it), MMR_EQUOTE);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "quote"));
}
END_TEST

START_TEST(test_table_uses_no_heap)
{
	mmr_table it = mmr_table_of(mmr_slice_of("a,b\n\"c\",d\n"), ','), bookmark = it;
	mmr_cell cell;
	size_t n = 0;

	ck_assert_uint_le(sizeof(mmr_table), 608);
	while (mmr_table_next(&it, &cell))
		n++;
	ck_assert_uint_eq(n, 4);
	ck_assert(mmr_table_next(&bookmark, &cell));
	ck_assert(mmr_slice_equal(cell.text, mmr_slice_of("a")));
	ck_assert_uint_eq(mmr_heap_peak(), 0);
}
END_TEST

static void cells_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader);
	mmr_table it = mmr_table_of(bytes, ',');
	mmr_cell cell;

	(void)arg;
	if (setting->addressable) {
		must_be_cells(bytes, ',', setting->name);
		return;
	}
	MUST(!mmr_table_next(&it, &cell), "%s: a cell", setting->name);
	MUST(mmr_table_error(&it) == MMR_ENOMAP, "%s: no error", setting->name);
}

START_TEST(test_table_on_every_backing)
{
	static char text[50000];
	struct chance chance = {103};

	on_every_backing((mmr_slice){text, write_table(&chance, text, sizeof(text))},
		cells_on_backing, NULL);
	on_every_backing((mmr_slice){text, 0}, cells_on_backing, NULL);
}
END_TEST

START_TEST(test_table_truncated)
{
	static char text[200000];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0, i, len = 99;
	mmr_cell cell, quoted = {{NULL, 9}, true, false};
	mmr_reader *reader;
	struct temp temp;
	mmr_table it;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < sizeof(text); i += 8)
		memcpy(text + i, "\"a\"\"b\",\n", 8);
	temp = temp_open(text, sizeof(text));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	it = mmr_table_of(mmr_bytes(reader), ',');
	temp_resize(&temp, 4 * page);
	while (mmr_table_next(&it, &cell))
		n++;
	ck_assert_int_eq(mmr_table_error(&it), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 4 * page);
	MUST(n <= page && n + 2 * 512 >= page, "%zu cells", n);
	ck_assert(!mmr_table_next(&it, &cell));
	ck_assert_int_eq(mmr_table_error(&it), MMR_ETRUNCATED);
	quoted.text.ptr = mmr_bytes(reader).ptr + 5 * page;
	ck_assert_int_eq(mmr_cell_unquote(quoted, text, &len), MMR_ETRUNCATED);
	ck_assert_uint_eq(len, 99);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* One refill finds several delimiters. The next access to the file is at one that is lost. */
START_TEST(test_table_of_lost_delimiters)
{
	static char text[20000];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct temp temp;
	mmr_reader *reader;
	mmr_cell cell;
	mmr_table it;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(text, ',', sizeof(text));
	temp = temp_open(text, sizeof(text));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	it = mmr_table_of(mmr_slice_cut(mmr_bytes(reader), -8, MMR_END), ',');
	ck_assert(mmr_table_next(&it, &cell));
	temp_resize(&temp, page);
	cell.text.len = 99;
	ck_assert(!mmr_table_next(&it, &cell));
	ck_assert_int_eq(mmr_table_error(&it), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), page);
	ck_assert(!mmr_table_next(&it, &cell));
	ck_assert_uint_eq(cell.text.len, 99);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* The byte before a line end is lost, but the line end is not. A truncated file cannot have this,
 * but the caller's memory may consist of two maps. */
START_TEST(test_table_of_a_lost_byte_before_a_line_end)
{
	static char text[8];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct temp temp = temp_open(NULL, 0);
	mmr_cell cell;
	mmr_table it;
	char *pages;

	ck_assert_int_eq(mmr_guard_install(), 0);
	pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(pages, MAP_FAILED);
	memset(text, 'x', sizeof(text));
	text[1] = ',';
	temp_write(&temp, page - sizeof(text), text, sizeof(text));
	ck_assert_ptr_eq(mmap(pages, page, PROT_READ, MAP_SHARED | MAP_FIXED, temp.fd, 0), pages);
	memcpy(pages + page, "\ny\n", 3);
	it = mmr_table_of((mmr_slice){pages + page - sizeof(text), sizeof(text) + 3}, ',');
	ck_assert(mmr_table_next(&it, &cell));
	ck_assert_uint_eq(cell.text.len, 1);
	temp_resize(&temp, 0);
	ck_assert(!mmr_table_next(&it, &cell));
	ck_assert_int_eq(mmr_table_error(&it), -EFAULT);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "memory at"));
	munmap(pages, 2 * page);
	temp_close(&temp);
}
END_TEST

/* If the slice is part of a file, the message has the path and the offset of the quote in the
 * file. */
START_TEST(test_table_reports_the_offset_of_the_quote)
{
	static const char text[] = "skipped;a,b\n1,\"2\n3,4\n";
	static char longer[20000];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open(text, strlen(text));
	mmr_slice buffer = mmr_slice_of(text);
	mmr_reader *reader;
	mmr_cell cell;
	mmr_table it;

	options.offset = 8;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	it = mmr_table_of(mmr_bytes(reader), ',');
	while (mmr_table_next(&it, &cell))
		;
	ck_assert_int_eq(mmr_table_error(&it), MMR_EQUOTE);
	ck_assert_uint_eq(mmr_last_error_offset(), 14);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), temp.path));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "at byte 14: a quote is never closed"));
	ck_assert_ptr_null(strstr(mmr_last_error(), "slice"));
	/* If the slice is not the end of the file, the row may continue after it. */
	it = mmr_table_of(mmr_slice_cut(mmr_bytes(reader), 0, -2), ',');
	while (mmr_table_next(&it, &cell))
		;
	ck_assert_uint_eq(mmr_last_error_offset(), 14);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "may end inside a row"));
	mmr_close(reader);

	it = mmr_table_of(buffer, ',');
	while (mmr_table_next(&it, &cell))
		;
	ck_assert_int_eq(mmr_table_error(&it), MMR_EQUOTE);
	ck_assert_uint_eq(mmr_last_error_offset(), UINT64_MAX);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "7 bytes before the end"));

	memset(longer, 'x', sizeof(longer));
	longer[12345] = '\n';
	longer[12346] = '"';
	temp_write(&temp, 0, longer, sizeof(longer));
	ck_assert_int_eq(mmr_guard_install(), 0);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	it = mmr_table_of(mmr_bytes(reader), ',');
	while (mmr_table_next(&it, &cell))
		;
	ck_assert_uint_eq(mmr_last_error_offset(), 12346);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* --- Blocks of a table --- */

struct tally {
	uint64_t n_rows, n_cells, n_bytes;
};

static int tally_cells(mmr_slice bytes, struct tally *tally)
{
	mmr_table it = mmr_table_of(bytes, ',');
	mmr_cell cell;

	while (mmr_table_next(&it, &cell)) {
		tally->n_rows += cell.last;
		tally->n_cells++;
		tally->n_bytes += cell.text.len;
	}
	return mmr_table_error(&it);
}

static int tally_block(void *state, const mmr_block *block)
{
	return tally_cells(block->bytes, state);
}

static void add_tally(void *state, void *context)
{
	const struct tally *part = state;
	struct tally *sum = context;

	sum->n_rows += part->n_rows;
	sum->n_cells += part->n_cells;
	sum->n_bytes += part->n_bytes;
}

/* Blocks are cut at all line ends, including those in quoted cells. A scan of the blocks gives the
 * same counts as a walk over the file, or MMR_EQUOTE. */
START_TEST(test_table_of_blocks)
{
	static char text[40000];
	struct chance chance = {104};
	unsigned n_failed = 0, n_right = 0, round;
	size_t len, i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (round = 0; round < 200; round++) {
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
		mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
		struct tally sum = {0, 0, 0}, whole = {0, 0, 0};
		mmr_scan_job job = {.work = tally_block,
			.end = add_tally,
			.context = &sum,
			.state_size = sizeof(sum)};
		int err, serial;
		mmr_reader *reader;

		len = write_table(&chance, text, 300 + chance_below(&chance, sizeof(text) - 300));
		/* Some tables have few line ends in quoted cells, others have none. */
		for (i = 0; round % 4 && i + 1 < len; i++)
			if (text[i] == '\n' && text[i + 1] == 'a')
				text[i] = round % 4 == 1 || chance_below(&chance, 50) ? 'a' : '\n';
		ck_assert_int_eq(mmr_open_memory(text, len, &reader), 0);
		scan.n_threads = 2;
		cut.window = 64 + chance_below(&chance, 8000);
		serial = tally_cells(mmr_bytes(reader), &whole);
		err = mmr_scan_run(reader, &scan, &cut, &job);
		if (err == 0) {
			n_right++;
			ck_assert_int_eq(serial, 0);
			MUST(sum.n_rows == whole.n_rows, "%u", round);
			MUST(sum.n_cells == whole.n_cells, "%u", round);
			MUST(sum.n_bytes == whole.n_bytes, "%u", round);
		} else {
			n_failed++;
			MUST(err == MMR_EQUOTE, "round %u: %s", round, mmr_last_error());
		}
		mmr_close(reader);
	}
	MUST(n_failed > 20 && n_right > 20, "%u failed, %u did not", n_failed, n_right);
}
END_TEST

static Suite *table_suite(void)
{
	Suite *suite = suite_create("table");

	ADD_CASE(suite, "core", test_table_examples, test_table_of_every_short_text,
		test_table_of_written_rows, test_table_on_every_backing, test_table_uses_no_heap,
		test_table_reports_the_offset_of_the_quote, test_table_of_blocks);
	ADD_CASE(suite, "limits", test_table_of_other_delimiters, test_table_of_one_huge_cell);
	ADD_CASE(suite, "faults", test_table_truncated, test_table_of_lost_delimiters,
		test_table_of_a_lost_byte_before_a_line_end);
	return suite;
}

CHECK_MAIN(table_suite)
