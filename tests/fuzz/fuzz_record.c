/* fuzz_record.c - records of a layout and their values, against values that are assembled byte by
 * byte
 *
 * The input is converted to a valid layout, because the parser has a fuzz target of its own. The
 * rest of the input is a header and records.
 *
 * Length: 96
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <errno.h>
#include <math.h>

#define MOST_FIELDS 8

struct naive_field {
	size_t off, size;
	unsigned type; /* MMR_TEXT for text */
	bool big;
};

struct naive {
	struct naive_field fields[MOST_FIELDS];
	size_t n_fields, size;
};

/* A number. An integer whose magnitude is below 2^64 is stored in both forms. */
struct number {
	bool whole, negative;
	uint64_t magnitude;
	double floating;
};

static const size_t sizes[] = {0, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8};

static bool is_big_endian(void)
{
	const uint16_t one = 1;

	return *(const char *)&one == 0;
}

/* Writes a layout of one to eight fields, each with a name: a, b, ... The last one is no padding,
 * because a layout needs a field. */
static void describe(struct taker *taker, struct naive *naive, char *text, size_t room)
{
	static const char *const types[] = {"s", "u8", "u16", "u32", "u64", "i8", "i16", "i32",
		"i64", "f16", "f32", "f64", "x"};
	static const char *const orders[] = {"", "le", "be"};
	unsigned n = 1 + take_byte(taker) % MOST_FIELDS;
	size_t used = 0;

	memset(naive, 0, sizeof(*naive));
	while (n-- > 0) {
		struct naive_field *field = &naive->fields[naive->n_fields];
		unsigned what = take_byte(taker), type = what % (n > 0 ? 13 : 12);
		unsigned order = what / 13 % 3;
		bool number = type >= MMR_U8 && type <= MMR_F64;

		field->off = naive->size;
		field->type = number ? type : MMR_TEXT;
		field->size = number ? sizes[type] : 1 + take_byte(taker) % 20u;
		field->big = order == 2 || (order == 0 && is_big_endian());
		used += (size_t)snprintf(
			text + used, room - used, "%c:", (int)('a' + naive->n_fields));
		if (number)
			used += (size_t)snprintf(
				text + used, room - used, "%s%s ", types[type], orders[order]);
		else
			used += (size_t)snprintf(
				text + used, room - used, "%zu%s ", field->size, types[type]);
		naive->size += field->size;
		naive->n_fields += type != 12;
	}
}

/* Half precision has 1 sign bit, 5 bits of exponent and 10 bits of fraction. */
static double half(unsigned bits)
{
	int exponent = (int)(bits >> 10 & 31);
	double fraction = bits & 1023, value;

	if (exponent == 31)
		value = fraction > 0 ? NAN : INFINITY;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return bits >> 15 ? -value : value;
}

static struct number number_at(const char *record, const struct naive_field *field)
{
	struct number number = {.whole = true};
	uint64_t bits = 0;
	uint32_t bits4;
	float single;
	size_t i;

	for (i = 0; i < field->size; i++) {
		size_t at = field->big ? i : field->size - 1 - i;

		bits = bits << 8 | (unsigned char)record[field->off + at];
	}
	if (field->type <= MMR_I64) {
		number.negative = field->type >= MMR_I8 && bits >> (8 * field->size - 1) != 0;
		number.magnitude = bits;
		if (number.negative)
			number.magnitude = (UINT64_MAX >> (64 - 8 * field->size)) - bits + 1;
		number.floating = (double)number.magnitude;
		if (number.negative)
			number.floating = -number.floating;
		return number;
	}
	if (field->type == MMR_F16) {
		number.floating = half((unsigned)bits);
	} else if (field->type == MMR_F32) {
		bits4 = (uint32_t)bits;
		memcpy(&single, &bits4, 4);
		number.floating = single;
	} else {
		memcpy(&number.floating, &bits, 8);
	}
	number.negative = number.floating < 0;
	number.whole = floor(number.floating) == number.floating && fabs(number.floating) < 0x1p64;
	if (number.whole)
		number.magnitude = (uint64_t)fabs(number.floating);
	return number;
}

/* Whether a double represents the integer exactly. */
static bool is_exact(struct number number)
{
	double magnitude = fabs(number.floating);

	return magnitude < 0x1p64 && (uint64_t)magnitude == number.magnitude;
}

static bool same_double(double a, double b)
{
	return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof(a)) == 0;
}

/* Checks the results of three calls for one number. `where` is for the message. */
static void check_value(const struct naive_field *field, struct number number, const int *errs,
	int64_t i64, uint64_t u64, double f64, const char *where)
{
	bool floating = field->type >= MMR_F16;
	uint64_t most = number.negative ? (uint64_t)1 << 63 : INT64_MAX;
	bool fits_i = number.whole && number.magnitude <= most;
	bool fits_u = number.whole && !number.negative;
	bool fits_f = floating || is_exact(number);

	MUST(errs[0] == (fits_i ? 0 : -ERANGE), "%s: i64 of type %u: %d", where, field->type,
		errs[0]);
	MUST(errs[1] == (fits_u ? 0 : -ERANGE), "%s: u64 of type %u: %d", where, field->type,
		errs[1]);
	MUST(errs[2] == (fits_f ? 0 : -ERANGE), "%s: f64 of type %u: %d", where, field->type,
		errs[2]);
	MUST(!fits_i || (uint64_t)i64 ==
				(number.negative ? 0 - number.magnitude : number.magnitude),
		"%s: i64 %lld", where, (long long)i64);
	MUST(!fits_u || u64 == number.magnitude, "%s: u64 %llu", where, (unsigned long long)u64);
	MUST(!fits_f || same_double(f64, number.floating), "%s: f64 %g, not %g", where, f64,
		number.floating);
}

static void check_text(mmr_slice record, const mmr_field *field, const struct naive_field *naive)
{
	mmr_slice text = mmr_record_text(record, field);
	int64_t i64 = 1;
	uint64_t u64 = 1;
	double f64 = 1;
	size_t i;

	MUST(text.ptr == record.ptr + naive->off && text.len <= naive->size, "%zu bytes of text",
		text.len);
	MUST(text.len == 0 || text.ptr[text.len - 1] != '\0', "a NUL at the end");
	for (i = text.len; i < naive->size; i++)
		MUST(text.ptr[i] == '\0', "byte %zu is missing", i);
	MUST(mmr_record_i64(record, field, &i64) == -EINVAL && i64 == 1, "text as a number");
	MUST(mmr_record_u64(record, field, &u64) == -EINVAL && u64 == 1, "text as a number");
	MUST(mmr_record_f64(record, field, &f64) == -EINVAL && f64 == 1, "text as a number");
}

static void check_record(const mmr_layout *layout, const struct naive *naive, mmr_slice record)
{
	size_t i;

	for (i = 0; i < naive->n_fields; i++) {
		const mmr_field *field = mmr_layout_field(layout, i);
		mmr_slice bytes = mmr_record_bytes(record, field);
		int64_t i64 = 0;
		uint64_t u64 = 0;
		double f64 = 0;
		int errs[3];

		MUST(bytes.ptr == record.ptr + naive->fields[i].off &&
				bytes.len == naive->fields[i].size,
			"field %zu has a wrong address", i);
		if (naive->fields[i].type == MMR_TEXT) {
			check_text(record, field, &naive->fields[i]);
			continue;
		}
		errs[0] = mmr_record_i64(record, field, &i64);
		errs[1] = mmr_record_u64(record, field, &u64);
		errs[2] = mmr_record_f64(record, field, &f64);
		check_value(&naive->fields[i], number_at(record.ptr, &naive->fields[i]), errs, i64,
			u64, f64, "record");
	}
}

static void check_column(const mmr_layout *layout, const struct naive *naive, mmr_slice all,
	uint64_t header, size_t which)
{
	const struct naive_field *field = &naive->fields[which];
	bool whole = header <= all.len && (all.len - header) % naive->size == 0;
	mmr_array array;
	size_t i;
	int err;

	err = mmr_layout_column(layout, all, header, mmr_layout_field(layout, which), &array);
	if (header <= all.len && field->type == MMR_TEXT) {
		MUST(err == -EINVAL, "a column of text: %d", err);
		return;
	}
	MUST(err == (whole ? 0 : -EBADMSG), "a column: %d", err);
	if (!whole)
		return;
	MUST(array.n == (all.len - header) / naive->size, "%zu elements", array.n);
	for (i = 0; i < array.n; i++) {
		int64_t i64 = 0;
		uint64_t u64 = 0;
		double f64 = 0;
		int errs[3];

		errs[0] = mmr_array_get_i64(&array, i, &i64);
		errs[1] = mmr_array_get_u64(&array, i, &u64);
		errs[2] = mmr_array_get_f64(&array, i, &f64);
		check_value(field, number_at(all.ptr + header + i * naive->size, field), errs, i64,
			u64, f64, "column");
	}
}

static void walk(const mmr_layout *layout, const struct naive *naive, mmr_slice all,
	uint64_t header, uint64_t number)
{
	mmr_records it = mmr_records_of(layout, all, header);
	size_t left = header <= all.len ? all.len - (size_t)header : 0, n = left / naive->size, i;
	bool wrong = header > all.len || left % naive->size > 0;
	mmr_slice record, same;

	for (i = 0; i < n; i++) {
		MUST(mmr_records_next(&it, &record), "record %zu is missing", i);
		MUST(record.ptr == all.ptr + header + i * naive->size && record.len == naive->size,
			"record %zu has a wrong address", i);
		MUST(mmr_record_at(layout, all, header, i, &same) == 0 && same.ptr == record.ptr &&
				same.len == record.len,
			"record %zu by its index", i);
		check_record(layout, naive, record);
	}
	MUST(!mmr_records_next(&it, &record), "one more record than %zu", n);
	MUST(mmr_records_error(&it) == (wrong ? -EBADMSG : 0), "%d at the end",
		mmr_records_error(&it));
	if (number >= n)
		MUST(mmr_record_at(layout, all, header, number, &same) == -ERANGE, "record %llu",
			(unsigned long long)number);
}

struct given {
	mmr_slice all;
	uint64_t header;
	size_t n;
};

static int check_given(void *state, const mmr_record *record)
{
	struct given *given = *(struct given **)state;
	size_t size = record->bytes.len;

	MUST(record->number == given->n && record->off == given->header + given->n * size &&
			memcmp(record->bytes.ptr, given->all.ptr + record->off, size) == 0,
		"record %zu is at %llu", given->n, (unsigned long long)record->off);
	given->n++;
	return 0;
}

static int keep_context(void *state, void *context)
{
	memcpy(state, &context, sizeof(context));
	return 0;
}

/* All whole records are given, and the rest is an error. */
static void check_each(
	const mmr_layout *layout, const struct naive *naive, mmr_slice all, uint64_t header)
{
	size_t left = header <= all.len ? all.len - (size_t)header : 0;
	struct given given = {all, header, 0};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_record_job job = {.record = check_given,
		.start = keep_context,
		.context = &given,
		.state_size = sizeof(void *)};
	mmr_reader *reader;
	int err, wanted;

	scan.n_threads = 1;
	MUST(mmr_open_memory(all.ptr, all.len, &reader) == 0, "%s", mmr_last_error());
	err = mmr_each_record(reader, layout, header, &scan, &job);
	wanted = left % naive->size > 0 ? -EBADMSG : 0;
	MUST(err == wanted, "%d after the records", err);
	MUST(given.n == left / naive->size, "%zu records", given.n);
	mmr_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	uint64_t header, number;
	struct naive naive;
	mmr_layout *layout;
	char text[256];
	mmr_slice all;
	char *copy;

	describe(&taker, &naive, text, sizeof(text));
	header = take_number(&taker);
	number = take_number(&taker);
	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	/* Mostly a header within the input. */
	if (number % 4 > 0)
		header %= all.len + 2;
	MUST(mmr_layout_parse(mmr_slice_of(text), &layout) == 0, "%s", mmr_last_error());
	MUST(mmr_layout_size(layout) == naive.size, "%zu bytes a record", mmr_layout_size(layout));
	MUST(mmr_layout_n_fields(layout) == naive.n_fields, "%zu fields",
		mmr_layout_n_fields(layout));
	walk(layout, &naive, all, header, number);
	check_each(layout, &naive, all, header);
	check_column(layout, &naive, all, header, (size_t)(number / 4 % naive.n_fields));
	mmr_layout_close(layout);
	free(copy);
	return 0;
}
