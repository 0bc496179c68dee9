/* compare.hpp - finds out where two inputs differ
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_COMPARE_HPP
#define MMREADER_COMPARE_HPP

#include <mmreader/scan.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* What is found out, as in mmr_compare_options. */
struct compare_options {
	bool first_only = false;
	bool lines = false;
	std::uint64_t *counts = nullptr;
	std::size_t n_counts = 0;
};

/* Compares two ranges. They are equal if `first` of the result is `rest` and `shorter` is 0.
 *
 * Errors: those of mmr_compare; `failed` of the result says of which reader. */
[[nodiscard]] inline mmr_comparison compare(const reader &a, const reader &b,
	const scan_options &scan_a = {}, const scan_options &scan_b = {},
	const compare_options &options = {}, on_error err = on_error())
{
	const mmr_scan_options c_a = detail::to_c(scan_a), c_b = detail::to_c(scan_b);
	mmr_compare_options c = MMR_COMPARE_OPTIONS_INIT;
	mmr_comparison result{};

	c.first_only = options.first_only;
	c.lines = options.lines;
	c.counts = options.counts;
	c.n_counts = options.n_counts;
	if (!a.closed(err) && !b.closed(err))
		err.failed(mmr_compare(a.get(), &c_a, b.get(), &c_b, &c, &result));
	return result;
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
