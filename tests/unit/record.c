/* record.c - layouts, and the records that they describe
 *
 * The oracle writes each value into a record byte by byte and reads it again through every call.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <math.h>

static mmr_layout *parse(const char *text)
{
	mmr_layout *layout = NULL;

	MUST(mmr_layout_parse(mmr_slice_of(text), &layout) == 0, "%s", mmr_last_error());
	return layout;
}

static void must_have(const mmr_layout *layout, size_t number, const char *name, size_t off,
	size_t size, unsigned type)
{
	const mmr_field *field = mmr_layout_field(layout, number);

	ck_assert_ptr_nonnull(field);
	ck_assert_ptr_eq(field, mmr_layout_find(layout, name));
	ck_assert_str_eq(field->name, name);
	ck_assert_uint_eq(field->off, off);
	ck_assert_uint_eq(field->size, size);
	ck_assert_uint_eq(field->type, type);
}

START_TEST(test_layout_examples)
{
	mmr_layout *layout = parse("id:u64le,price:f64le,name:16s,pad:4x");

	ck_assert_uint_eq(mmr_layout_size(layout), 36);
	ck_assert_uint_eq(mmr_layout_n_fields(layout), 3);
	must_have(layout, 0, "id", 0, 8, MMR_U64);
	must_have(layout, 1, "price", 8, 8, MMR_F64);
	must_have(layout, 2, "name", 16, 16, MMR_TEXT);
	ck_assert_ptr_null(mmr_layout_field(layout, 3));
	ck_assert_ptr_null(mmr_layout_find(layout, "pad"));
	mmr_layout_close(layout);

	layout = parse("  u8 i16be,\t3x s , f32 _x-1.y:u16le x f16\r\nAz:u8\rZa_:s");
	ck_assert_uint_eq(mmr_layout_size(layout), 1 + 2 + 3 + 1 + 4 + 2 + 1 + 2 + 1 + 1);
	ck_assert_uint_eq(mmr_layout_n_fields(layout), 8);
	must_have(layout, 0, "0", 0, 1, MMR_U8);
	must_have(layout, 1, "1", 1, 2, MMR_I16);
	must_have(layout, 2, "2", 6, 1, MMR_TEXT);
	must_have(layout, 3, "3", 7, 4, MMR_F32);
	must_have(layout, 4, "_x-1.y", 11, 2, MMR_U16);
	must_have(layout, 5, "5", 14, 2, MMR_F16);
	must_have(layout, 6, "Az", 16, 1, MMR_U8);
	must_have(layout, 7, "Za_", 17, 1, MMR_TEXT);
	mmr_layout_close(layout);
	mmr_layout_close(NULL);
}
END_TEST

START_TEST(test_layout_error_has_the_offset)
{
	static const struct {
		const char *text, *word;
		uint64_t off;
	} cases[] = {
		{"", "no field", 0},
		{" ", "no field", 0},
		{"4x", "no field", 0},
		{"u9", "invalid type", 0},
		{"u8,u24,u8", "u24", 3},
		{"a:u8,b:", "invalid type", 7},
		{"a:", "invalid type", 2},
		{":u8", "invalid name", 0},
		{"1a:u8", "invalid name", 0},
		{"a b:u8:u8", "invalid type", 0},
		{"a:u8,b:u8,a:u8", "duplicate name", 10},
		{"0s", "invalid size", 0},
		{"u8 00x", "invalid size", 3},
		{"1073741825s", "invalid size", 0},
		{"99999999999999999999999s", "invalid size", 0},
		{"1073741823s,u8,u8", "1 GiB", 15},
		{"-4s", "invalid type", 0},
		{"4 s", "invalid type", 0},
		{"u8,,u8", "no field before", 3},
		{",u8", "no field before", 0},
		{"u8,", "no field after", 2},
		{"u8le8", "invalid type", 0},
		{"U8", "invalid type", 0},
		{"lebe", "invalid type", 0},
		{"le", "invalid type", 0},
		{"a/b:u8", "invalid name", 0},
		{"a[:u8", "invalid name", 0},
		{"a{:u8", "invalid name", 0},
		{"@:u8", "invalid name", 0},
		{"{:u8", "invalid name", 0},
	};
	mmr_layout *layout = NULL;
	uint64_t heap = heap_in_use();
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		MUST(mmr_layout_parse(mmr_slice_of(cases[i].text), &layout) == -EINVAL, "'%s'",
			cases[i].text);
		MUST(strstr(mmr_last_error(), cases[i].word), "'%s': %s", cases[i].text,
			mmr_last_error());
		MUST(mmr_last_error_offset() == cases[i].off, "'%s': at %llu", cases[i].text,
			(unsigned long long)mmr_last_error_offset());
		MUST(!layout, "'%s' returned a layout", cases[i].text);
	}
	ck_assert_int_eq(mmr_layout_parse((mmr_slice){NULL, 0}, &layout), -EINVAL);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

START_TEST(test_layout_limits)
{
	static char text[3 * 4097];
	mmr_layout *layout;
	char name[65 + 4];
	size_t i;

	for (i = 0; i < 4097; i++)
		memcpy(text + 3 * i, "u8 ", 3);
	ck_assert_int_eq(mmr_layout_parse((mmr_slice){text, 3 * 4096}, &layout), 0);
	must_have(layout, 4095, "4095", 4095, 1, MMR_U8);
	mmr_layout_close(layout);
	ck_assert_int_eq(mmr_layout_parse((mmr_slice){text, 3 * 4097}, &layout), -EINVAL);
	memset(name, 'n', 64);
	strcpy(name + 64, ":u8");
	mmr_layout_close(parse(name));
	memset(name, 'n', 65);
	strcpy(name + 65, ":u8");
	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of(name), &layout), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "invalid name"));
	layout = parse("1073741823s,u8");
	ck_assert_uint_eq(mmr_layout_size(layout), 1 << 30);
	mmr_layout_close(layout);
}
END_TEST

/* Any text is parsed or refused, without a leak. */
START_TEST(test_layout_of_any_text)
{
	struct chance chance = {7};
	char text[24];
	uint64_t heap = heap_in_use();
	mmr_layout *layout;
	size_t round, len, n = 0;

	for (round = 0; round < 300000; round++) {
		len = chance_below(&chance, sizeof(text));
		chance_fill(&chance, text, len, mmr_slice_of("us1x:,a 8i6f"));
		if (mmr_layout_parse((mmr_slice){text, len}, &layout) == 0) {
			n++;
			mmr_layout_close(layout);
		} else {
			MUST(mmr_last_error_offset() <= len, "'%.*s'", (int)len, text);
		}
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

/* Writes the low bytes of `bits` in a byte order. */
static void put(char *at, uint64_t bits, size_t size, bool big)
{
	size_t i;

	for (i = 0; i < size; i++)
		at[big ? size - 1 - i : i] = (char)(bits >> 8 * i);
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint32_t bits_of_float(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Small integers fit in every type, so all calls return the same value. */
START_TEST(test_record_every_type_and_order)
{
	static const char *const types[] = {
		"u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64"};
	static const size_t sizes[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
	struct fence fence = fence_open(64);
	char text[32];
	size_t t;
	int order, value, shift;

	for (t = 0; t < ARRAY_LEN(types); t++) {
		for (order = 0; order < 2; order++) {
			for (shift = 0; shift < 9; shift++) {
				size_t len = (size_t)shift + sizes[t];
				mmr_slice record = {fence.stop - len, len};
				const mmr_field *field;
				mmr_layout *layout;

				snprintf(text, sizeof(text), "%dx v:%s%s", shift, types[t],
					order ? "be" : "le");
				layout = parse(shift > 0 ? text : text + 3);
				field = mmr_layout_find(layout, "v");
				for (value = types[t][0] == 'u' ? 0 : -128; value < 128; value++) {
					uint64_t bits = (uint64_t)(int64_t)value, u64 = 77;
					int64_t i64 = -177;
					double f64 = 7.5;

					if (types[t][0] == 'f' && sizes[t] == 4)
						bits = bits_of_float((float)value);
					else if (types[t][0] == 'f')
						bits = bits_of(value);
					put(fence.stop - sizes[t], bits, sizes[t], order);
					MUST(mmr_record_i64(record, field, &i64) == 0 &&
							i64 == value,
						"%s: %d", text, value);
					MUST(mmr_record_f64(record, field, &f64) == 0 &&
							f64 == value,
						"%s: %d", text, value);
					if (value >= 0)
						MUST(mmr_record_u64(record, field, &u64) == 0 &&
								u64 == (uint64_t)value,
							"%s: %d", text, value);
					else
						MUST(mmr_record_u64(record, field, &u64) ==
									-ERANGE &&
								u64 == 77,
							"%s: %d", text, value);
				}
				mmr_layout_close(layout);
			}
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_record_values_out_of_range)
{
	mmr_layout *layout = parse("u:u64le,i:i64le,f:f64le,h:f16le,t:4s");
	char bytes[30];
	mmr_slice record = {bytes, sizeof(bytes)}, text;
	uint64_t u64 = 77;
	int64_t i64 = -77;
	double f64 = 7.5;

	put(bytes, UINT64_MAX, 8, false);
	put(bytes + 8, (uint64_t)INT64_MAX, 8, false);
	put(bytes + 16, bits_of(0.5), 8, false);
	put(bytes + 24, 0x7c00, 2, false);
	memcpy(bytes + 26, "ab\0", 4);
	ck_assert_int_eq(mmr_record_i64(record, mmr_layout_find(layout, "u"), &i64), -ERANGE);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "u64 field 'u' to i64"));
	ck_assert_int_eq(mmr_record_f64(record, mmr_layout_find(layout, "u"), &f64), -ERANGE);
	ck_assert_int_eq(mmr_record_f64(record, mmr_layout_find(layout, "i"), &f64), -ERANGE);
	ck_assert_int_eq(mmr_record_i64(record, mmr_layout_find(layout, "f"), &i64), -ERANGE);
	ck_assert_int_eq(mmr_record_u64(record, mmr_layout_find(layout, "f"), &u64), -ERANGE);
	ck_assert_int_eq(mmr_record_i64(record, mmr_layout_find(layout, "h"), &i64), -ERANGE);
	ck_assert_int_eq(mmr_record_i64(record, mmr_layout_find(layout, "t"), &i64), -EINVAL);
	ck_assert_int_eq(mmr_record_u64(record, mmr_layout_find(layout, "t"), &u64), -EINVAL);
	ck_assert_int_eq(mmr_record_f64(record, mmr_layout_find(layout, "t"), &f64), -EINVAL);
	ck_assert(u64 == 77 && i64 == -77 && f64 == 7.5);
	ck_assert_int_eq(mmr_record_f64(record, mmr_layout_find(layout, "h"), &f64), 0);
	ck_assert(isinf(f64));
	text = mmr_record_text(record, mmr_layout_find(layout, "t"));
	ck_assert(mmr_slice_equal(text, mmr_slice_of("ab")));
	ck_assert_uint_eq(mmr_record_bytes(record, mmr_layout_find(layout, "t")).len, 4);
	memset(bytes, 0, sizeof(bytes));
	ck_assert_uint_eq(mmr_record_text(record, mmr_layout_find(layout, "t")).len, 0);
	mmr_layout_close(layout);
}
END_TEST

/* Records of several sizes after several headers. The complete records are returned, then the
 * incomplete one is an error. */
static void walk(const struct setting *setting, void *arg)
{
	static const char *const texts[] = {"u8", "u16be 3x", "i32,13s", "u64be,200s", "9000s"};
	static const uint64_t headers[] = {0, 1, 7, 4096, 19999, 20000, 20001, UINT64_MAX};
	mmr_slice all = mmr_bytes(setting->reader), record, again;
	size_t t, h, n, size, left;
	mmr_array column;
	uint64_t value, same;

	(void)arg;
	for (t = 0; t < ARRAY_LEN(texts); t++) {
		mmr_layout *layout = parse(texts[t]);
		const mmr_field *first = mmr_layout_field(layout, 0);

		size = mmr_layout_size(layout);
		for (h = 0; h < ARRAY_LEN(headers); h++) {
			mmr_records it = mmr_records_of(layout, all, headers[h]);

			n = 0;
			left = headers[h] > setting->bytes.len
				       ? 0
				       : setting->bytes.len - (size_t)headers[h];
#define CASE \
	"%s, '%s', header %llu: record %zu", setting->name, texts[t], \
		(unsigned long long)headers[h], n
			for (; setting->addressable && left >= size; n++, left -= size) {
				MUST(mmr_records_next(&it, &record), CASE);
				MUST(record.len == size && record.ptr == all.ptr + all.len - left,
					CASE);
				MUST(mmr_record_at(layout, all, headers[h], n, &again) == 0, CASE);
				MUST(again.ptr == record.ptr && again.len == size, CASE);
			}
			MUST(!mmr_records_next(&it, &record) && !mmr_records_next(&it, &record),
				CASE);
			if (!setting->addressable) {
				MUST(mmr_records_error(&it) == MMR_ENOMAP, CASE);
				MUST(mmr_record_at(layout, all, 0, 0, &record) == MMR_ENOMAP, CASE);
				MUST(mmr_layout_column(layout, all, 0, first, &column) ==
						MMR_ENOMAP,
					CASE);
				continue;
			}
			MUST(mmr_record_at(layout, all, headers[h], n, &record) == -ERANGE, CASE);
			if (headers[h] > setting->bytes.len || left > 0) {
				MUST(mmr_records_error(&it) == -EBADMSG, CASE);
				MUST(first->type == MMR_TEXT ||
						mmr_layout_column(layout, all, headers[h], first,
							&column) == -EBADMSG,
					CASE);
				continue;
			}
			MUST(mmr_records_error(&it) == 0, CASE);
			if (first->type == MMR_TEXT) {
				MUST(mmr_layout_column(layout, all, headers[h], first, &column) ==
						-EINVAL,
					CASE);
				continue;
			}
			MUST(mmr_layout_column(layout, all, headers[h], first, &column) == 0, CASE);
			MUST(column.n == n, CASE);
			it = mmr_records_of(layout, all, headers[h]);
			for (n = 0; mmr_records_next(&it, &record) && first->type <= MMR_U64; n++) {
				MUST(mmr_record_u64(record, first, &value) == 0, CASE);
				MUST(mmr_array_get_u64(&column, n, &same) == 0, CASE);
				MUST(value == same, CASE);
			}
#undef CASE
		}
		mmr_layout_close(layout);
	}
}

START_TEST(test_records_on_every_backing)
{
	static char bytes[20000];
	struct chance chance = {2};

	ck_assert_int_eq(mmr_guard_install(), 0);
	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, walk, NULL);
}
END_TEST

START_TEST(test_records_report_an_incomplete_record)
{
	static const char bytes[100];
	mmr_layout *layout = parse("u64,u64");
	mmr_records it = mmr_records_of(layout, (mmr_slice){bytes, 100}, 3);
	mmr_slice record;
	size_t n = 0;

	while (mmr_records_next(&it, &record))
		n++;
	ck_assert_uint_eq(n, 6);
	ck_assert_int_eq(mmr_records_error(&it), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "1 of the 16 bytes"));
	ck_assert_uint_le(sizeof(it), 48);
	mmr_layout_close(layout);
}
END_TEST

START_TEST(test_records_of_a_truncated_file)
{
	static char bytes[1 << 20];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_layout *layout = parse("u64,f32");
	mmr_records it = mmr_records_of(layout, mmr_bytes(reader), 0);
	uint64_t heap;
	mmr_slice record;
	double value;
	size_t n = 0;

	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert(mmr_records_next(&it, &record));
	temp_resize(&temp, 300000);
	heap = heap_in_use();
	while (mmr_records_next(&it, &record))
		n++;
	ck_assert_uint_gt(n, 10000);
	ck_assert_uint_lt(n, 300000 / 12 + 1);
	ck_assert_int_eq(mmr_records_error(&it), MMR_ETRUNCATED);
	ck_assert(!mmr_records_next(&it, &record));
	/* Conversions are guarded, too. */
	ck_assert_int_eq(mmr_record_at(layout, mmr_bytes(reader), 0, 60000, &record), 0);
	ck_assert_int_eq(
		mmr_record_f64(record, mmr_layout_field(layout, 1), &value), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	mmr_layout_close(layout);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *record_suite(void)
{
	Suite *suite = suite_create("record");

	ADD_CASE(suite, "core", test_layout_examples, test_record_every_type_and_order,
		test_records_on_every_backing, test_records_report_an_incomplete_record);
	ADD_CASE(suite, "limits", test_layout_error_has_the_offset, test_layout_limits,
		test_layout_of_any_text, test_record_values_out_of_range);
	ADD_CASE(suite, "faults", test_records_of_a_truncated_file);
	return suite;
}

CHECK_MAIN(record_suite)
