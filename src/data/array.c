/* array.c - makes and cuts arrays, and reads one element
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"

#include <errno.h>
#include <string.h>

_Static_assert(sizeof(mmr_array) <= 32, "array.h promises 32 bytes");

static const struct {
	const char *name;
	size_t size;
} types[] = {
	{"no type", 0},
	[MMR_U8] = {"u8", 1},
	[MMR_U16] = {"u16", 2},
	[MMR_U32] = {"u32", 4},
	[MMR_U64] = {"u64", 8},
	[MMR_I8] = {"i8", 1},
	[MMR_I16] = {"i16", 2},
	[MMR_I32] = {"i32", 4},
	[MMR_I64] = {"i64", 8},
	[MMR_F16] = {"f16", 2},
	[MMR_F32] = {"f32", 4},
	[MMR_F64] = {"f64", 8},
};

const char *array_type_name(unsigned type)
{
	return types[type < ARRAY_LEN(types) ? type : 0].name;
}

size_t mmr_type_size(enum mmr_type type)
{
	return types[(unsigned)type < ARRAY_LEN(types) ? type : 0].size;
}

bool array_swaps(enum mmr_type type, enum mmr_order order)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	const enum mmr_order native = MMR_BIG;
#else
	const enum mmr_order native = MMR_LITTLE;
#endif
	return order != MMR_NATIVE && order != native && mmr_type_size(type) > 1;
}

int array_count(uint64_t len, enum mmr_type type, size_t stride, uint64_t *ret_n)
{
	size_t size = mmr_type_size(type);
	uint64_t rest = len % stride;

	if (rest > 0 && rest < size) {
		error_set(-EBADMSG,
			"read %llu bytes as %s (%llu of the %zu bytes of an element are left over)",
			(unsigned long long)len, array_type_name(type), (unsigned long long)rest,
			size);
		return error_hint(-EBADMSG, "cut them off if they do not belong to the data");
	}
	*ret_n = len / stride + (rest > 0);
	return 0;
}

int mmr_array_of_stride(mmr_slice slice, enum mmr_type type, enum mmr_order order, size_t stride,
	mmr_array *ret_array)
{
	size_t size = mmr_type_size(type);
	mmr_array array;
	uint64_t n = 0;
	int err;

	if (size == 0 || (unsigned)order > MMR_BIG || stride < size || stride > PTRDIFF_MAX)
		return error_set(-EINVAL, "read a slice as %s in order %d with a stride of %zu",
			array_type_name(type), (int)order, stride);
	if (slice_is_nowhere(slice))
		return error_nowhere();
	err = array_count(slice.len, type, stride, &n);
	if (err < 0)
		return err;
	memset(&array, 0, sizeof(array));
	array.ptr = slice.ptr;
	array.n = (size_t)n;
	array.stride = (ptrdiff_t)stride;
	array.type = (uint8_t)type;
	array.swapped = array_swaps(type, order);
	*ret_array = array;
	return 0;
}

int mmr_array_of(mmr_slice slice, enum mmr_type type, enum mmr_order order, mmr_array *ret_array)
{
	return mmr_array_of_stride(slice, type, order, mmr_type_size(type), ret_array);
}

/* Converts a Python start or stop to an index, clamped to [0, n] for positive steps and to
 * [-1, n - 1] for negative ones. Lengths are below 2^63. */
static int64_t clamp(int64_t index, int64_t n, bool down)
{
	if (index < 0) {
		if (index < -n)
			return down ? -1 : 0;
		return index + n;
	}
	return index < n ? index : n - down;
}

int mmr_array_cut(
	const mmr_array *array, int64_t start, int64_t stop, int64_t step, mmr_array *ret_array)
{
	bool down = step < 0;
	int64_t from = clamp(start, (int64_t)array->n, down);
	int64_t to = clamp(stop, (int64_t)array->n, down);
	/* Negate as unsigned, because -INT64_MIN does not fit into int64_t. */
	uint64_t pace = down ? 0 - (uint64_t)step : (uint64_t)step;
	uint64_t way = (uint64_t)(down ? from - to : to - from);
	mmr_array cut = *array;

	if (step == 0)
		return error_set(-EINVAL, "cut an array with a step of 0");
	if (down ? from <= to : from >= to) {
		cut.n = 0;
		*ret_array = cut;
		return 0;
	}
	cut.n = (size_t)((way - 1) / pace + 1);
	cut.ptr += (ptrdiff_t)from * array->stride;
	/* The stride of a single element is never used, so it may overflow. */
	if (cut.n > 1 && __builtin_mul_overflow(array->stride, (ptrdiff_t)step, &cut.stride))
		return error_set(-ERANGE, "cut an array with a step of %lld", (long long)step);
	*ret_array = cut;
	return 0;
}

const char *array_span(const mmr_array *array, size_t *ret_len)
{
	size_t size = mmr_type_size((enum mmr_type)array->type);
	ptrdiff_t last;

	*ret_len = 0;
	if (array->n == 0)
		return array->ptr;
	last = (ptrdiff_t)(array->n - 1) * array->stride;
	*ret_len = (size_t)(last < 0 ? -last : last) + size;
	return last < 0 ? array->ptr + last : array->ptr;
}

mmr_array array_part(const mmr_array *array, size_t first, size_t n)
{
	mmr_array part = *array;

	if (n > 0)
		part.ptr += (ptrdiff_t)first * array->stride;
	part.n = n;
	return part;
}

int mmr_array_pointer(const mmr_array *array, const void **ret_elements)
{
	size_t size = mmr_type_size((enum mmr_type)array->type);
	const char *what = NULL;

	if (array->swapped)
		what = "are not in this machine's byte order";
	else if (array->n > 1 && array->stride != (ptrdiff_t)size)
		what = "are not contiguous";
	else if (array->n > 0 && (uintptr_t)array->ptr % size != 0)
		what = "are not aligned";
	if (what) {
		error_set(-ENOTSUP, "return a pointer to %s elements that %s",
			array_type_name(array->type), what);
		return error_hint(-ENOTSUP, "copy them with mmr_array_copy");
	}
	*ret_elements = array->ptr;
	return 0;
}

int array_read(const mmr_array *array, struct array_number *ret_number)
{
	struct guard guard;
	char native[8];

	if (!GUARD_ENTER(&guard, array->ptr, mmr_type_size((enum mmr_type)array->type)))
		return guard_fault(&guard);
	array_load(array, native);
	guard_leave(&guard);
	*ret_number = array_number(array->type, native);
	return 0;
}

static int read_element(const mmr_array *array, uint64_t index, struct array_number *ret_number)
{
	mmr_array one;

	if (index >= array->n)
		return error_set(-ERANGE, "read element %llu of an array of %zu elements",
			(unsigned long long)index, array->n);
	one = array_part(array, (size_t)index, 1);
	return array_read(&one, ret_number);
}

int array_unfit(const mmr_array *array, uint64_t index, const char *wanted)
{
	return error_set(-ERANGE, "convert element %llu of an array of %s to %s without loss",
		(unsigned long long)index, array_type_name(array->type), wanted);
}

#define GET(name, to, convert, wanted) \
	int name(const mmr_array *array, uint64_t index, to *ret_value) \
	{ \
		struct array_number number; \
		int err = read_element(array, index, &number); \
\
		if (err < 0) \
			return err; \
		return convert(number, ret_value) < 0 ? array_unfit(array, index, wanted) : 0; \
	}

GET(mmr_array_get_i64, int64_t, number_to_i64, "i64")
GET(mmr_array_get_u64, uint64_t, number_to_u64, "u64")
GET(mmr_array_get_f64, double, number_to_f64, "f64")
