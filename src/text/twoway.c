/* twoway.c - critical factorization of the needle, and the search
 *
 * SPDX-License-Identifier: MIT */
#include "text/twoway.h"

#include "simd/simd.h"
#include "text/caseless.h"

static unsigned char needle_byte(const struct twoway *twoway, size_t i)
{
	return (unsigned char)twoway->first[(ptrdiff_t)i * twoway->step];
}

static inline unsigned char byte_at(
	const struct twoway *twoway, const char *here, size_t i, bool caseless)
{
	char byte = here[(ptrdiff_t)i * twoway->step];

	return (unsigned char)(caseless ? fold_byte(byte) : byte);
}

/* The start and the period of the largest suffix, in the order of bytes or its reverse. */
static size_t maximal_suffix(const struct twoway *twoway, bool reversed, size_t *ret_period)
{
	size_t start = 0, candidate = 1, k = 0, period = 1;

	while (candidate + k < twoway->len) {
		unsigned char a = needle_byte(twoway, candidate + k);
		unsigned char b = needle_byte(twoway, start + k);

		if (a == b) {
			if (++k == period) {
				candidate += period;
				k = 0;
			}
		} else if (reversed ? a > b : a < b) {
			candidate += k + 1;
			k = 0;
			period = candidate - start;
		} else {
			start = candidate++;
			k = 0;
			period = 1;
		}
	}
	*ret_period = period;
	return start;
}

void twoway_prepare(struct twoway *twoway, mmr_slice needle, bool caseless, bool backward)
{
	size_t period, other_period, other, i;

	twoway->first = backward ? needle.ptr + needle.len - 1 : needle.ptr;
	twoway->step = backward ? -1 : 1;
	twoway->len = needle.len;
	twoway->caseless = caseless;
	twoway->left = maximal_suffix(twoway, false, &period);
	other = maximal_suffix(twoway, true, &other_period);
	if (other > twoway->left) {
		twoway->left = other;
		period = other_period;
	}
	/* This is the period of the right factor. The needle has it only if the left factor repeats
	 * with it. */
	twoway->periodic = twoway->left + period <= needle.len;
	for (i = 0; twoway->periodic && i < twoway->left; i++)
		if (needle_byte(twoway, i) != needle_byte(twoway, i + period))
			twoway->periodic = false;
	if (!twoway->periodic) {
		period = twoway->left > needle.len - twoway->left ? twoway->left
								  : needle.len - twoway->left;
		period++;
	}
	twoway->period = period;
}

/* `caseless` is a constant in both calls, so each of them has a loop of its own. */
SIMD_INLINE bool find(
	const struct twoway *twoway, mmr_slice haystack, size_t *ret_before, bool caseless)
{
	const char *first = twoway->step > 0 ? haystack.ptr : haystack.ptr + haystack.len - 1;
	size_t known = 0, at = 0, i;

	/* The first `known` bytes at `at` are known to be equal. A step is never longer than the
	 * needle, which fits at `at`, so `at` does not pass the end. */
	while (haystack.len - at >= twoway->len) {
		const char *here = first + (ptrdiff_t)at * twoway->step;

		i = known > twoway->left ? known : twoway->left;
		while (i < twoway->len &&
			needle_byte(twoway, i) == byte_at(twoway, here, i, caseless))
			i++;
		if (i < twoway->len) {
			at += i - twoway->left + 1;
			known = 0;
			continue;
		}
		i = twoway->left;
		while (i > known &&
			needle_byte(twoway, i - 1) == byte_at(twoway, here, i - 1, caseless))
			i--;
		if (i <= known) {
			*ret_before = at;
			return true;
		}
		at += twoway->period;
		known = twoway->periodic ? twoway->len - twoway->period : 0;
	}
	return false;
}

bool twoway_find(const struct twoway *twoway, mmr_slice haystack, size_t *ret_before)
{
	return twoway->caseless ? find(twoway, haystack, ret_before, true)
				: find(twoway, haystack, ret_before, false);
}
