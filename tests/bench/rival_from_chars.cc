/* rival_from_chars.cc - std::from_chars, if the C++ library has it for double
 *
 * SPDX-License-Identifier: MIT */
#include "rival_from_chars.h"

#if __has_include(<charconv>)
#include <charconv>
#endif

double rival_from_chars(const mmr_slice *texts, size_t n)
{
	double sum = 0;

#if defined(__cpp_lib_to_chars)
	for (size_t i = 0; i < n; i++) {
		double value = 0;

		std::from_chars(texts[i].ptr, texts[i].ptr + texts[i].len, value);
		sum += value;
	}
#else
	(void)texts;
	(void)n;
#endif
	return sum;
}
