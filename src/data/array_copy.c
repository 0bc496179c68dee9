/* array_copy.c - copies elements of any byte order and stride to contiguous memory
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"

#include <errno.h>
#include <string.h>

/* The size of an element is constant in each loop, so that a copy is one load and one store. */
#define GATHER(name, type, turn) \
	static void name(const char *ptr, ptrdiff_t stride, size_t n, char *to) \
	{ \
		type element; \
		size_t i; \
\
		for (i = 0; i < n; i++) { \
			memcpy(&element, ptr + (ptrdiff_t)i * stride, sizeof(element)); \
			element = turn(element); \
			memcpy(to + i * sizeof(element), &element, sizeof(element)); \
		} \
	}

#define AS_IT_IS(element) (element)

GATHER(gather_1, uint8_t, AS_IT_IS)
GATHER(gather_2, uint16_t, AS_IT_IS)
GATHER(gather_4, uint32_t, AS_IT_IS)
GATHER(gather_8, uint64_t, AS_IT_IS)
GATHER(gather_2_swapped, uint16_t, __builtin_bswap16)
GATHER(gather_4_swapped, uint32_t, __builtin_bswap32)
GATHER(gather_8_swapped, uint64_t, __builtin_bswap64)

typedef void gather_fn(const char *ptr, ptrdiff_t stride, size_t n, char *to);

static gather_fn *const gather[2][9] = {
	{[1] = gather_1, [2] = gather_2, [4] = gather_4, [8] = gather_8},
	{[1] = gather_1, [2] = gather_2_swapped, [4] = gather_4_swapped, [8] = gather_8_swapped},
};

void array_load(const mmr_array *array, char *to)
{
	size_t size = mmr_type_size((enum mmr_type)array->type);

	if (array->n == 0)
		return;
	if (array->stride != (ptrdiff_t)size)
		gather[array->swapped][size](array->ptr, array->stride, array->n, to);
	else if (array->swapped)
		simd_kernels()->numbers->swap(array->ptr, array->n, size, to);
	else
		memcpy(to, array->ptr, array->n * size);
}

static int too_little(const mmr_array *array, size_t room, const char *unit)
{
	return error_set(-ERANGE, "copy %zu elements of %s to %zu %s", array->n,
		array_type_name(array->type), room, unit);
}

static int load(const mmr_array *array, char *to)
{
	struct guard guard;
	const char *ptr;
	size_t len;

	ptr = array_span(array, &len);
	if (!GUARD_ENTER(&guard, ptr, len))
		return guard_fault(&guard);
	array_load(array, to);
	guard_leave(&guard);
	return 0;
}

int mmr_array_copy(const mmr_array *array, void *buffer, size_t room)
{
	if (array->n > room / mmr_type_size((enum mmr_type)array->type))
		return too_little(array, room, "bytes");
	return load(array, buffer);
}

/* Types whose every value is exact in the wanted type need no check of each element. Their loop is
 * one that the compiler can vectorize. */
#define WIDEN(from) \
	for (i = 0; i < n; i++) { \
		from element; \
\
		memcpy(&element, native + i * sizeof(element), sizeof(element)); \
		values[i] = element; \
	} \
	return true

#define WIDENING(name, to, signed_cases) \
	static bool name(unsigned type, const char *native, size_t n, to *values) \
	{ \
		size_t i; \
\
		switch (type) { \
		case MMR_U8: \
			WIDEN(uint8_t); \
		case MMR_U16: \
			WIDEN(uint16_t); \
		case MMR_U32: \
			WIDEN(uint32_t); \
			signed_cases \
		} \
		return false; \
	}

/* clang-format off */
#define SIGNED_CASES \
		case MMR_I8: \
			WIDEN(int8_t); \
		case MMR_I16: \
			WIDEN(int16_t); \
		case MMR_I32: \
			WIDEN(int32_t);

WIDENING(widen_to_i64, int64_t, SIGNED_CASES case MMR_I64: WIDEN(int64_t);)
WIDENING(widen_to_u64, uint64_t, case MMR_U64: WIDEN(uint64_t);)
WIDENING(widen_to_f64, double, SIGNED_CASES case MMR_F32: WIDEN(float); case MMR_F64: WIDEN(double);)
/* clang-format on */

/* Elements are copied in batches of this many and converted afterwards. The conversion reads the
 * copy, so it needs no guard. */
#define BATCH ((size_t)512)

#define COPY(name, to, widen, convert, wanted) \
	int name(const mmr_array *array, to *values, size_t room) \
	{ \
		size_t size = mmr_type_size((enum mmr_type)array->type), done, n, i; \
		char native[BATCH * 8]; \
		mmr_array part; \
		int err; \
\
		if (array->n > room) \
			return too_little(array, room, "values"); \
		for (done = 0; done < array->n; done += n) { \
			n = min_size(array->n - done, BATCH); \
			part = array_part(array, done, n); \
			err = load(&part, native); \
			if (err < 0) \
				return err; \
			if (widen(array->type, native, n, values + done)) \
				continue; \
			for (i = 0; i < n && err == 0; i++) \
				err = convert(array_number(array->type, native + i * size), \
					values + done + i); \
			if (err < 0) \
				return array_unfit(array, done + i - 1, wanted); \
		} \
		return 0; \
	}

COPY(mmr_array_copy_i64, int64_t, widen_to_i64, number_to_i64, "i64")
COPY(mmr_array_copy_u64, uint64_t, widen_to_u64, number_to_u64, "u64")
COPY(mmr_array_copy_f64, double, widen_to_f64, number_to_f64, "f64")
