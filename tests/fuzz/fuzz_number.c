/* fuzz_number.c - numbers in text, against strtod, strtoll and strtoull
 *
 * Length: 1200
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

/* Whether the C library used the whole text, and the text is valid by the rules of the library,
 * too. The C library also skips white space and knows hexadecimal numbers and "nan(...)". */
static bool is_ours(const char *text, size_t len, const char *end)
{
	return len > 0 && end == text + len && !isspace((unsigned char)text[0]) &&
	       strpbrk(text, "xXpP(") == NULL;
}

static void read_float(mmr_slice slice, const char *text)
{
	double value = 7.75, want;
	char *end;
	int err;

	want = strtod(text, &end);
	err = mmr_slice_to_f64(slice, &value);
	if (!is_ours(text, slice.len, end)) {
		MUST(err == -EINVAL && value == 7.75, "'%s': %d, %a", text, err, value);
	} else if (isnan(want)) {
		MUST(err == 0 && isnan(value), "'%s': %d, %a", text, err, value);
	} else if (isinf(want) && !strpbrk(text, "iI")) {
		MUST(err == -ERANGE && value == 7.75, "'%s': %d, %a", text, err, value);
	} else {
		MUST(err == 0 && memcmp(&value, &want, sizeof(want)) == 0, "'%s': %d, %a, %a", text,
			err, value, want);
	}
}

/* The text of the decimal is the same number for the C library. */
static void read_decimal(mmr_slice slice, const char *text)
{
	mmr_decimal decimal = {77, 77, false};
	char again[64], *end;
	double want = strtod(text, &end);
	int err = mmr_slice_to_decimal(slice, &decimal);

	if (!is_ours(text, slice.len, end) || strpbrk(text, "nN")) {
		MUST(err == -EINVAL && decimal.digits == 77, "'%s': %d", text, err);
		return;
	}
	MUST(err == 0 || (err == -ERANGE && slice.len > 10), "'%s': %d", text, err);
	if (err < 0)
		return;
	snprintf(again, sizeof(again), "%s%llue%d", decimal.negative ? "-" : "",
		(unsigned long long)decimal.digits, (int)decimal.exponent);
	MUST(strtod(again, NULL) == want, "'%s': %s", text, again);
}

static void read_integer(mmr_slice slice, const char *text)
{
	int64_t value = 77, want;
	uint64_t positive = 77, want_positive;
	int err, want_err;
	char *end;

	errno = 0;
	want = strtoll(text, &end, 10);
	want_err = !is_ours(text, slice.len, end) ? -EINVAL : errno == ERANGE ? -ERANGE : 0;
	err = mmr_slice_to_i64(slice, &value);
	MUST(err == want_err && value == (err < 0 ? 77 : want), "'%s': %d, %lld", text, err,
		(long long)value);
	errno = 0;
	want_positive = strtoull(text, &end, 10);
	/* strtoull returns negative numbers as numbers above 2^63. */
	if (want_err != -EINVAL)
		want_err = errno == ERANGE || (text[0] == '-' && want_positive > 0) ? -ERANGE : 0;
	err = mmr_slice_to_u64(slice, &positive);
	MUST(err == want_err && positive == (err < 0 ? 77 : want_positive), "'%s': %d, %llu", text,
		err, (unsigned long long)positive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	mmr_slice slice;
	char *text;

	/* The slice ends where its allocation ends; the C library needs a NUL. */
	slice.ptr = take_copy(&taker, &slice.len);
	text = malloc(slice.len + 1);
	MUST(text, "out of memory");
	memcpy(text, slice.ptr, slice.len);
	text[slice.len] = '\0';
	read_float(slice, text);
	read_decimal(slice, text);
	read_integer(slice, text);
	free(text);
	free((char *)slice.ptr);
	return 0;
}
