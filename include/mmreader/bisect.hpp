/* bisect.hpp - finds lines of a sorted file by binary search
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_BISECT_HPP
#define MMREADER_BISECT_HPP

#include <mmreader/scan.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* How lines are sorted, as in mmr_key. */
struct sort_key {
	mmr_key_kind kind = MMR_KEY_LINE;
	std::uint64_t field = 0;
	char separator = ' ';
	bool numeric = false;
	bool prefix = false;
	const mmr_regex *regex = nullptr;      /* of regex::get */
	mmr_key_fn *find = nullptr;            /* must not throw */
	mmr_key_compare_fn *compare = nullptr; /* must not throw */
	void *context = nullptr;
};

/* The start of the first line whose key is not less than `wanted`, or with MMR_BOUND_UPPER of the
 * first one whose key is greater; else the end of the range.
 *
 * Returns: no value if no line has a key.
 * Errors: errc::unordered, with the result as if the lines were sorted; those of mmr_bisect. */
[[nodiscard]] inline std::optional<std::uint64_t> bisect(const reader &file,
	std::string_view wanted, const sort_key &key = {}, mmr_bound bound = MMR_BOUND_LOWER,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c_scan = detail::to_c(scan);
	mmr_key c = MMR_KEY_INIT;
	std::uint64_t off = 0;
	int result;

	c.kind = key.kind;
	c.field = key.field;
	c.separator = key.separator;
	c.numeric = key.numeric;
	c.prefix = key.prefix;
	c.regex = key.regex;
	c.find = key.find;
	c.compare = key.compare;
	c.context = key.context;
	if (file.closed(err))
		return std::nullopt;
	result = mmr_bisect(file.get(), &c_scan, &c, detail::slice(wanted), bound, &off);
	if (err.failed(result) && result != MMR_EORDER)
		return std::nullopt;
	return result == 0 ? std::nullopt : std::optional<std::uint64_t>(off);
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
