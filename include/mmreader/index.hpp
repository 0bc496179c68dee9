/* index.hpp - finds lines by number, and numbers of lines, without a scan
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_INDEX_HPP
#define MMREADER_INDEX_HPP

#include <mmreader/scan.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* Options of an index, as in mmr_index_options. */
struct index_options {
	std::uint64_t heap = 0;
	const char *place = nullptr;
	const char *data_path = nullptr;
	bool any_owner = false;
};

/* An index of lines. The reader must live longer; it may be moved. */
class index
{
public:
	index() noexcept = default;

	/* In memory. */
	[[nodiscard]] static index build(const reader &file, const scan_options &scan = {},
		const index_options &options = {}, on_error err = on_error())
	{
		return open(mmr_index_build, file, scan, options, err);
	}

	/* The one that was saved for the file. Errors: errc::stale_index, errc::damaged_index. */
	[[nodiscard]] static index load(const reader &file, const scan_options &scan = {},
		const index_options &options = {}, on_error err = on_error())
	{
		return open(mmr_index_load, file, scan, options, err);
	}

	/* Like load, but makes or extends the file of the index if needed. */
	[[nodiscard]] static index make(const reader &file, const scan_options &scan = {},
		const index_options &options = {}, on_error err = on_error())
	{
		return open(mmr_index_make, file, scan, options, err);
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	[[nodiscard]] mmr_index *get() const noexcept
	{
		return handle_.get();
	}

	/* Adds the bytes of a reader that was refreshed. No scan may use the index meanwhile. */
	void extend(const scan_options &scan = {}, on_error err = on_error())
	{
		const mmr_scan_options c = detail::to_c(scan);

		if (handle_)
			err.failed(mmr_index_extend(get(), &c));
		else
			err.failed_silently(-EBADF);
	}

	/* Counts all lines again, and compares. Errors: errc::stale_index, errc::damaged_index. */
	void verify(const scan_options &scan = {}, on_error err = on_error()) const
	{
		const mmr_scan_options c = detail::to_c(scan);

		if (handle_)
			err.failed(mmr_index_verify(get(), &c));
		else
			err.failed_silently(-EBADF);
	}

	[[nodiscard]] mmr_index_info describe() const noexcept
	{
		mmr_index_info info{};

		if (handle_)
			mmr_index_describe(get(), &info);
		return info;
	}

private:
	template <class Call>
	static index open(Call call, const reader &file, const scan_options &scan,
		const index_options &options, on_error err)
	{
		mmr_index_options c = MMR_INDEX_OPTIONS_INIT;
		const mmr_scan_options c_scan = detail::to_c(scan);
		mmr_index *opened = nullptr;
		index index;

		c.heap = options.heap;
		c.place = options.place;
		c.data_path = options.data_path;
		c.any_owner = options.any_owner;
		if (!file.closed(err) && !err.failed(call(file.get(), &c_scan, &c, &opened)))
			index.handle_.reset(opened);
		return index;
	}

	detail::handle<mmr_index, mmr_index_close> handle_;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
