/* inlines.c - each inline call as an exported function, which other languages use
 *
 * exports.sh compares the names here with the headers.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEFAULT */

#include "check_main.h"

#include <mmreader.h>

#include <dlfcn.h>
#include <string.h>

static void *find_symbol(const char *name)
{
	void *symbol = dlsym(RTLD_DEFAULT, name);

	ck_assert_msg(symbol != NULL, "%s is not exported", name);
	return symbol;
}

/* A pointer to the function of the shared library, with the type of the inline call. */
#define FUNCTION(name) \
	__extension__({ \
		void *symbol_ = find_symbol(#name); \
		__typeof__(&(name)) function_; \
\
		memcpy(&function_, &symbol_, sizeof(function_)); \
		ck_assert_msg(function_ != &(name), #name " is the inline call"); \
		function_; \
	})

/* Enough for several batches of positions. */
#define N_LINES 3000

static char text[N_LINES * 8];
static mmr_slice bytes;

/* Lines of 0 to 7 bytes, some with \r at their end. */
static void make_text(void)
{
	size_t i, n;
	char *to = text;

	for (i = 0; i < N_LINES; i++) {
		n = i * 7 % 8;
		memset(to, 'a' + (int)(i % 26), n);
		if (n > 0 && i % 3 == 0)
			to[n - 1] = '\r';
		to += n;
		*to++ = '\n';
	}
	bytes = (mmr_slice){text, (size_t)(to - text)};
}

/* Items are compared as bytes: none of these types has padding. */
#define SAME_WALK(item, inlined, exported, start, minimum) \
	do { \
		__typeof__(start) a_ = (start), b_ = a_; \
		__typeof__(&(inlined)) exported_ = (exported); \
		__typeof__(item) from_a_, from_b_; \
		size_t n_ = 0; \
\
		for (; inlined(&a_, &from_a_); n_++) { \
			ck_assert(exported_(&b_, &from_b_)); \
			ck_assert_mem_eq(&from_a_, &from_b_, sizeof(from_a_)); \
		} \
		ck_assert(!exported_(&b_, &from_b_)); \
		ck_assert_uint_ge(n_, minimum); \
	} while (0)

START_TEST(test_inlines_walk)
{
	static const char csv[] = "a,b,,c";
	mmr_slice line = {csv, sizeof(csv) - 1};
	mmr_needle needle = mmr_needle_of(mmr_slice_of("bb"));
	mmr_layout *layout;

	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of("u32,u16"), &layout), 0);
	SAME_WALK(mmr_slice, mmr_lines_next, FUNCTION(mmr_lines_next),
		mmr_lines_of_flags(bytes, '\n', MMR_LINES_CRLF), N_LINES);
	SAME_WALK(mmr_slice, mmr_reverse_lines_next, FUNCTION(mmr_reverse_lines_next),
		mmr_reverse_lines_of_flags(bytes, '\n', MMR_LINES_CRLF), N_LINES);
	SAME_WALK(
		mmr_slice, mmr_fields_next, FUNCTION(mmr_fields_next), mmr_fields_of(line, ','), 4);
	SAME_WALK(const char *, mmr_positions_next, FUNCTION(mmr_positions_next),
		mmr_positions_of(bytes, 'c'), 100);
	SAME_WALK(const char *, mmr_positions_next_back, FUNCTION(mmr_positions_next_back),
		mmr_positions_of(bytes, 'c'), 100);
	SAME_WALK(mmr_slice, mmr_matches_next, FUNCTION(mmr_matches_next),
		mmr_matches_of(bytes, &needle), 100);
	SAME_WALK(mmr_slice, mmr_matches_next_back, FUNCTION(mmr_matches_next_back),
		mmr_matches_of(bytes, &needle), 100);
	SAME_WALK(mmr_slice, mmr_chunks_next, FUNCTION(mmr_chunks_next),
		mmr_chunks_of(bytes, 100, 10), 100);
	SAME_WALK(mmr_slice, mmr_records_next, FUNCTION(mmr_records_next),
		mmr_records_of(layout, bytes, 0), 100);
	mmr_layout_close(layout);
}
END_TEST

START_TEST(test_inlines_rest)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_slice line, rest, exported;

	ck_assert(mmr_lines_next(&it, &line) && mmr_lines_next(&it, &line));
	rest = mmr_lines_rest(&it);
	exported = FUNCTION(mmr_lines_rest)(&it);
	ck_assert_ptr_eq(rest.ptr, exported.ptr);
	ck_assert_uint_eq(rest.len, exported.len);
	ck_assert_uint_gt(rest.len, 0);
}
END_TEST

/* Every iterator over a slice without addresses ends with MMR_ENOMAP, and over "" with 0. */
#define SAME_ERROR(error, exported, start) \
	do { \
		__typeof__(start) it_ = (start); \
\
		ck_assert_int_eq(error(&it_), exported(&it_)); \
		ck_assert_int_eq(exported(&it_), wanted); \
	} while (0)

static void same_errors(mmr_slice slice, int wanted)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("bb"));
	mmr_layout *layout;

	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of("u32"), &layout), 0);
	SAME_ERROR(mmr_lines_error, FUNCTION(mmr_lines_error), mmr_lines_of(slice, '\n'));
	SAME_ERROR(mmr_reverse_lines_error, FUNCTION(mmr_reverse_lines_error),
		mmr_reverse_lines_of(slice, '\n'));
	SAME_ERROR(mmr_fields_error, FUNCTION(mmr_fields_error), mmr_fields_of(slice, ','));
	SAME_ERROR(mmr_table_error, FUNCTION(mmr_table_error), mmr_table_of(slice, ','));
	SAME_ERROR(mmr_positions_error, FUNCTION(mmr_positions_error), mmr_positions_of(slice, 1));
	SAME_ERROR(mmr_matches_error, FUNCTION(mmr_matches_error), mmr_matches_of(slice, &needle));
	SAME_ERROR(mmr_chunks_error, FUNCTION(mmr_chunks_error), mmr_chunks_of(slice, 10, 0));
	SAME_ERROR(
		mmr_records_error, FUNCTION(mmr_records_error), mmr_records_of(layout, slice, 0));
	mmr_layout_close(layout);
}

START_TEST(test_inlines_errors)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;

	same_errors((mmr_slice){NULL, 0}, 0);
	options.backing = MMR_BACKING_UNMAPPED;
	ck_assert_int_eq(mmr_open("/proc/self/exe", &options, &reader), 0);
	same_errors(mmr_bytes(reader), MMR_ENOMAP);
	mmr_close(reader);
}
END_TEST

/* A call for numbers: the same code, and the same value if it succeeds. */
#define SAME_NUMBER(type, call, exported) \
	do { \
		type a_ = 0, b_ = 0; \
		int code_ = call(record, field, &a_); \
\
		ck_assert_int_eq(code_, exported(record, field, &b_)); \
		ck_assert_mem_eq(&a_, &b_, sizeof(a_)); \
		n_good += code_ == 0; \
	} while (0)

START_TEST(test_inlines_record_fields)
{
	static const char layouts[] = "u8 i8 u16le u16be i16le i16be u32le u32be i32le i32be u64le "
				      "u64be i64le i64be f16le f32le f32be f64le f64be 8s";
	mmr_layout *layout;
	mmr_slice record;
	char values[128];
	size_t i;
	int n_good = 0;

	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of(layouts), &layout), 0);
	record = (mmr_slice){values, mmr_layout_size(layout)};
	ck_assert_uint_le(record.len, sizeof(values));
	for (i = 0; i < record.len; i++)
		values[i] = (char)(0x85 + 5 * i);
	memcpy(values + record.len - 8, "Text\0\0\0", 8);
	for (i = 0; i < mmr_layout_n_fields(layout); i++) {
		const mmr_field *field = mmr_layout_field(layout, i);
		mmr_slice a = mmr_record_bytes(record, field);
		mmr_slice b = FUNCTION(mmr_record_bytes)(record, field);

		ck_assert_mem_eq(&a, &b, sizeof(a));
		a = mmr_record_text(record, field);
		b = FUNCTION(mmr_record_text)(record, field);
		ck_assert_mem_eq(&a, &b, sizeof(a));
		ck_assert_uint_eq(a.len, field->type == MMR_TEXT ? 4 : field->size);
		ck_assert_uint_eq(
			mmr_record_bits_(record, field), FUNCTION(mmr_record_bits_)(record, field));
		SAME_NUMBER(int64_t, mmr_record_i64, FUNCTION(mmr_record_i64));
		SAME_NUMBER(uint64_t, mmr_record_u64, FUNCTION(mmr_record_u64));
		SAME_NUMBER(double, mmr_record_f64, FUNCTION(mmr_record_f64));
	}
	ck_assert_int_ge(n_good, 20);
	mmr_layout_close(layout);
}
END_TEST

static Suite *inlines_suite(void)
{
	Suite *suite = suite_create("inlines");
	TCase *core = tcase_create("core");

	make_text();
	tcase_add_test(core, test_inlines_walk);
	tcase_add_test(core, test_inlines_rest);
	tcase_add_test(core, test_inlines_errors);
	tcase_add_test(core, test_inlines_record_fields);
	suite_add_tcase(suite, core);
	return suite;
}

int main(void)
{
	/* A static library exports nothing. */
	if (!dlsym(RTLD_DEFAULT, "mmr_version")) {
		fprintf(stderr, "skipped: no shared library was built\n");
		return 77;
	}
	return check_main(inlines_suite());
}
