/* fault_views.c - calls that interpret a slice: arrays, records, texts with numbers, patterns
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include <stdlib.h>
#include <string.h>

/* Elements of FAULT_LINE's first two bytes, and of the whole line. */
#define FIRST_U16 ((uint64_t)(',' << 8 | 'a'))

static int words(const struct scene *scene, enum mmr_type type, mmr_array *ret_array)
{
	return mmr_array_of(scene->word, type, MMR_LITTLE, ret_array);
}

static int get_i64(const struct scene *scene)
{
	mmr_array array;
	int64_t value = 0;
	int err = words(scene, MMR_I16, &array);

	if (err == 0)
		err = mmr_array_get_i64(&array, 0, &value);
	return judge(err, value == (int64_t)FIRST_U16);
}

static int get_u64(const struct scene *scene)
{
	mmr_array array;
	uint64_t value = 0;
	int err = words(scene, MMR_U16, &array);

	if (err == 0)
		err = mmr_array_get_u64(&array, 0, &value);
	return judge(err, value == FIRST_U16);
}

static int get_f64(const struct scene *scene)
{
	mmr_array array;
	double value = 0;
	int err = words(scene, MMR_U16, &array);

	if (err == 0)
		err = mmr_array_get_f64(&array, 0, &value);
	return judge(err, (uint64_t)value == FIRST_U16);
}

/* The first two bytes of each line. */
static int column(const struct scene *scene, mmr_array *ret_array)
{
	return mmr_array_of_stride(scene->bytes, MMR_U16, MMR_LITTLE, FAULT_LINE_LEN, ret_array);
}

static int copy(const struct scene *scene)
{
	char *buffer = malloc(scene->bytes.len + 1);
	mmr_array array;
	int err = mmr_array_of(scene->bytes, MMR_U8, MMR_NATIVE, &array);

	if (err == 0)
		err = mmr_array_copy(&array, buffer, scene->bytes.len);
	err = judge(err, err < 0 || memcmp(buffer, scene->same.ptr, scene->bytes.len) == 0);
	free(buffer);
	return err;
}

#define COPY_AS(name, type, call) \
	static int name(const struct scene *scene) \
	{ \
		type *values = malloc((scene->bytes.len + 1) * sizeof(type)); \
		mmr_array array = {NULL, 0, 0, 0, false}; \
		bool right = true; \
		size_t i; \
		int err = column(scene, &array); \
\
		if (err == 0) \
			err = call(&array, values, scene->bytes.len); \
		for (i = 0; err == 0 && i < array.n; i++) \
			right &= (uint64_t)values[i] == FIRST_U16; \
		free(values); \
		return judge(err, right); \
	}

COPY_AS(copy_i64, int64_t, mmr_array_copy_i64)
COPY_AS(copy_u64, uint64_t, mmr_array_copy_u64)
COPY_AS(copy_f64, double, mmr_array_copy_f64)

static int sum(const struct scene *scene)
{
	mmr_array array, backward;
	mmr_summary summary = {0};
	uint64_t value = 0;
	int err = column(scene, &array);

	if (err == 0)
		err = mmr_array_cut(&array, MMR_END, MMR_START, -1, &backward);
	if (err == 0)
		err = mmr_array_sum(&backward, &summary);
	if (err == 0)
		err = mmr_summary_u64(&summary, &value);
	return judge(err, value == scene_lines(scene) * FIRST_U16);
}

static int records(const struct scene *scene)
{
	mmr_layout *layout;
	mmr_records it;
	mmr_slice record;
	uint64_t n = 0;
	int err = mmr_layout_parse(mmr_slice_of("first:u16le,text:14s"), &layout);

	if (err < 0)
		return err;
	it = mmr_records_of(layout, scene->bytes, 0);
	while (mmr_records_next(&it, &record))
		n++;
	mmr_layout_close(layout);
	return judge(mmr_records_error(&it), n == scene_lines(scene));
}

static int record_numbers(const struct scene *scene)
{
	mmr_layout *layout;
	mmr_slice record;
	const mmr_field *field;
	uint64_t whole = 0;
	int64_t with_sign = 0;
	double real = 0;
	int errs[3] = {0, 0, 0};
	int err = mmr_layout_parse(mmr_slice_of("first:u16le,second:i16le,text:12s"), &layout);

	if (err < 0)
		return err;
	err = mmr_record_at(layout, scene->word, 0, 0, &record);
	if (err == 0) {
		/* Fields are read as other types: mmr_record_X of a field of type X reads
		 * inline, in the caller. */
		field = mmr_layout_field(layout, 0);
		errs[0] = mmr_record_i64(record, field, &with_sign);
		errs[1] = mmr_record_f64(record, field, &real);
		errs[2] = mmr_record_u64(record, mmr_layout_field(layout, 1), &whole);
		err = errs[1] == errs[0] && errs[2] == errs[0] ? errs[0] : WRONG;
	}
	mmr_layout_close(layout);
	return judge(err, err == 0 && with_sign == (int64_t)FIRST_U16 &&
				  whole == (('1' << 8) | '7') && (uint64_t)real == FIRST_U16);
}

static int record_column(const struct scene *scene)
{
	mmr_layout *layout;
	mmr_summary summary = {0};
	mmr_array array;
	int err = mmr_layout_parse(mmr_slice_of("first:u16le,text:14s"), &layout);

	if (err < 0)
		return err;
	err = mmr_layout_column(layout, scene->bytes, 0, mmr_layout_field(layout, 0), &array);
	if (err == 0)
		err = mmr_array_sum(&array, &summary);
	mmr_layout_close(layout);
	return judge(err, summary.sum_low == scene_lines(scene) * FIRST_U16);
}

static int intern_lines(const struct scene *scene, bool copies)
{
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_lines it = mmr_lines_of_flags(scene->bytes, '\n', MMR_LINES_KEEP);
	mmr_intern *pool;
	mmr_slice line;
	uint32_t id = 0;
	int err;

	options.zero_copy = !copies;
	err = mmr_intern_open(&options, &pool);
	if (err < 0)
		return err;
	while (err >= 0 && mmr_lines_next(&it, &line))
		err = mmr_intern_add(pool, line, &id);
	if (err >= 0)
		err = mmr_lines_error(&it);
	err = judge(err, mmr_intern_count(pool) == 1 && id == 0);
	mmr_intern_close(pool);
	return err;
}

static int intern(const struct scene *scene)
{
	return intern_lines(scene, false);
}

static int intern_copies(const struct scene *scene)
{
	return intern_lines(scene, true);
}

static int intern_find(const struct scene *scene)
{
	mmr_slice known = mmr_slice_of(FAULT_LINE);
	mmr_intern *pool;
	uint32_t id = 7;
	int err = mmr_intern_open(NULL, &pool);

	if (err < 0)
		return err;
	err = mmr_intern_add(pool, known, &id);
	if (err == 1)
		err = mmr_intern_find(pool, scene->word, &id);
	err = judge(err, err == 1 && id == 0);
	mmr_intern_close(pool);
	return err;
}

/* Looks up all lines, many in each call. */
static int intern_many(const struct scene *scene, bool adds)
{
	mmr_lines it = mmr_lines_of_flags(scene->bytes, '\n', MMR_LINES_KEEP);
	mmr_slice lines[40], known = mmr_slice_of(FAULT_LINE);
	uint32_t ids[40] = {0}, sum = 0;
	mmr_intern *pool;
	size_t n, i;
	int err = mmr_intern_open(NULL, &pool);

	if (err < 0)
		return err;
	if (!adds)
		err = mmr_intern_add(pool, known, &ids[0]);
	do {
		for (n = 0; n < ARRAY_LEN(lines) && mmr_lines_next(&it, &lines[n]); n++)
			;
		if (err >= 0 && adds)
			err = mmr_intern_add_many(pool, lines, n, ids);
		else if (err >= 0)
			err = mmr_intern_find_many(pool, lines, n, ids);
		for (i = 0; i < n; i++)
			sum |= ids[i];
	} while (err >= 0 && n == ARRAY_LEN(lines));
	if (err >= 0)
		err = mmr_lines_error(&it);
	err = judge(err, mmr_intern_count(pool) == 1 && sum == 0);
	mmr_intern_close(pool);
	return err;
}

static int intern_find_many(const struct scene *scene)
{
	return intern_many(scene, false);
}

static int intern_add_many(const struct scene *scene)
{
	return intern_many(scene, true);
}

/* Merges a pool that points to a text of the file into a pool that copies it. */
static int intern_merge(const struct scene *scene)
{
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_intern *pool, *other;
	uint32_t id = 0;
	int err;

	options.zero_copy = true;
	err = mmr_intern_open(NULL, &pool);
	if (err < 0)
		return err;
	err = mmr_intern_open(&options, &other);
	if (err < 0)
		goto close_pool;
	err = mmr_intern_add(other, scene->word, &id);
	if (err == 1)
		err = mmr_intern_merge(pool, other, &id);
	err = judge(err, mmr_intern_count(pool) == 1 && id == 0);
	mmr_intern_close(other);

close_pool:
	mmr_intern_close(pool);
	return err;
}

static int regex(const struct scene *scene)
{
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_regex *pattern;
	uint64_t n = 0;
	int err = mmr_regex_compile(mmr_slice_of("n(ee)dle"), NULL, &pattern);

	if (err < 0)
		return err;
	err = mmr_regex_matches_of(pattern, scene->bytes, &it);
	if (err == 0) {
		while (mmr_regex_matches_next(it, &match))
			n++;
		err = mmr_regex_matches_error(it);
		mmr_regex_matches_close(it);
	}
	mmr_regex_close(pattern);
	return judge(err, n == scene_lines(scene));
}

struct touch {
	mmr_slice bytes;
	uint64_t sum;
};

static int touch_all(void *argument)
{
	struct touch *touch = argument;
	size_t i;

	for (i = 0; i < touch->bytes.len; i += FAULT_LINE_LEN)
		touch->sum += (unsigned char)*(const volatile char *)(touch->bytes.ptr + i);
	return 0;
}

static int try_it(const struct scene *scene)
{
	struct touch touch = {scene->bytes, 0};
	int err = mmr_try(scene->reader, touch_all, &touch);

	return judge(err, touch.sum == scene_lines(scene) * 'a');
}

const struct row view_rows[] = {
	{"mmr_array_of mmr_array_get_i64", ROW_SLICE | ROW_ONCE, get_i64},
	{"mmr_array_get_u64", ROW_SLICE | ROW_ONCE, get_u64},
	{"mmr_array_get_f64", ROW_SLICE | ROW_ONCE, get_f64},
	{"mmr_array_copy", ROW_SLICE, copy},
	{"mmr_array_of_stride mmr_array_copy_i64", ROW_SLICE, copy_i64},
	{"mmr_array_copy_u64", ROW_SLICE, copy_u64},
	{"mmr_array_copy_f64", ROW_SLICE, copy_f64},
	{"mmr_array_cut mmr_array_sum", ROW_SLICE, sum},
	{"mmr_records_of mmr_records_next mmr_records_error", ROW_SLICE, records},
	{"mmr_record_at mmr_record_i64 mmr_record_u64 mmr_record_f64", ROW_SLICE | ROW_ONCE,
		record_numbers},
	{"mmr_layout_column", ROW_SLICE, record_column},
	{"mmr_intern_open mmr_intern_add", ROW_SLICE, intern},
	{"mmr_intern_open mmr_intern_add", ROW_SLICE, intern_copies},
	{"mmr_intern_find", ROW_SLICE | ROW_ONCE, intern_find},
	{"mmr_intern_find_many", ROW_SLICE, intern_find_many},
	{"mmr_intern_add_many", ROW_SLICE, intern_add_many},
	{"mmr_intern_merge", ROW_SLICE | ROW_ONCE, intern_merge},
	{"mmr_regex_matches_of mmr_regex_matches_next mmr_regex_matches_error", ROW_SLICE, regex},
	{"mmr_try", ROW_SLICE | ROW_NO_CODE, try_it},
};
const size_t n_view_rows = ARRAY_LEN(view_rows);
