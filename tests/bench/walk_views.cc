/* walk_views.cc - a range-for loop over mmreader::lines
 *
 * SPDX-License-Identifier: MIT */
#include "walk_views.h"

#include <mmreader.hpp>

void walk_views(mmr_slice bytes, uint64_t *ret_n_lines, uint64_t *ret_n_bytes, uint64_t *ret_firsts)
{
	std::uint64_t n_lines = 0, n_bytes = 0, firsts = 0;

	for (std::string_view line : mmreader::lines(bytes)) {
		n_lines++;
		n_bytes += line.size();
		firsts ^= line.empty() ? 0 : static_cast<unsigned char>(line[0]);
	}
	*ret_n_lines = n_lines;
	*ret_n_bytes = n_bytes;
	*ret_firsts = firsts;
}
