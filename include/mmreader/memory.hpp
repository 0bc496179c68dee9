/* memory.hpp - memory of the process and of a reader, types of files, optional libraries
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_MEMORY_HPP
#define MMREADER_MEMORY_HPP

#include <mmreader/reader.hpp>

#include <vector>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* The memory of this process; members that are not known are MMR_UNKNOWN. */
[[nodiscard]] inline mmr_memory memory_usage() noexcept
{
	mmr_memory memory{};

	mmr_memory_usage(&memory);
	return memory;
}

/* The memory that this process may still use; MMR_UNKNOWN if the system does not report it. */
[[nodiscard]] inline std::uint64_t memory_available() noexcept
{
	return mmr_memory_available();
}

/* The memory of a reader. */
[[nodiscard]] inline mmr_reader_memory_info memory_usage(const reader &file) noexcept
{
	mmr_reader_memory_info info{};

	if (file)
		mmr_reader_memory(file.get(), &info);
	return info;
}

/* How much of a range is in memory, and the same for each of `n` buckets. */
struct residency {
	mmr_residency whole{};
	std::vector<std::uint16_t> buckets;
};

[[nodiscard]] inline residency residency_of(const reader &file, std::size_t n_buckets = 0,
	std::uint64_t off = 0, std::uint64_t len = rest, on_error err = on_error())
{
	residency result;

	result.buckets.resize(n_buckets);
	if (file.closed(err) || err.failed(mmr_reader_residency(file.get(), off, len,
					result.buckets.data(), n_buckets, &result.whole)))
		return {};
	return result;
}

/* The type of a file, found by libmagic if it is installed. */
[[nodiscard]] inline mmr_filetype filetype_of(const reader &file, on_error err = on_error())
{
	mmr_filetype type{};

	if (!file.closed(err))
		err.failed(mmr_filetype_of(file.get(), &type));
	return type;
}

/* The type of the first bytes of a file, found without libmagic. */
[[nodiscard]] inline mmr_filetype filetype_of_bytes(
	std::string_view sample, on_error err = on_error())
{
	mmr_filetype type{};

	err.failed(mmr_filetype_sniff(detail::slice(sample), &type));
	return type;
}

/* Loads an optional library now. Errors: errc::no_library. */
inline void load_library(mmr_library library, on_error err = on_error())
{
	err.failed(mmr_library_load(library));
}

[[nodiscard]] inline mmr_library_info library_status(mmr_library library, on_error err = on_error())
{
	mmr_library_info info{};

	err.failed(mmr_library_status(library, &info));
	return info;
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
