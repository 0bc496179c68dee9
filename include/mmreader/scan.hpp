/* scan.hpp - scans any reader in memory that does not grow with the input
 *
 * Scans take every reader, also streams and files without addresses. parallel.hpp has scans whose
 * callbacks run in several threads.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SCAN_HPP
#define MMREADER_SCAN_HPP

#include <mmreader/array.hpp>
#include <mmreader/text.hpp>

#include <exception>
#include <mutex>
#include <type_traits>
#include <utility>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* The progress of scans, which other threads may read. */
class progress
{
public:
	explicit progress(on_error err = on_error()) : handle_(mmr_progress_new())
	{
		if (!handle_)
			err.failed_silently(-ENOMEM);
	}

	/* Bytes that the last scan has processed or skipped. */
	[[nodiscard]] std::uint64_t done() const noexcept
	{
		return read().first;
	}

	/* Bytes of the range of the last scan; `rest` for a stream. */
	[[nodiscard]] std::uint64_t total() const noexcept
	{
		return read().second;
	}

	[[nodiscard]] mmr_io_summary io() const noexcept
	{
		mmr_io_summary summary{};

		if (handle_)
			mmr_progress_io(get(), &summary);
		return summary;
	}

	[[nodiscard]] mmr_progress *get() const noexcept
	{
		return handle_.get();
	}

private:
	std::pair<std::uint64_t, std::uint64_t> read() const noexcept
	{
		std::pair<std::uint64_t, std::uint64_t> bytes;

		if (handle_)
			mmr_progress_read(get(), &bytes.first, &bytes.second);
		return bytes;
	}

	detail::handle<mmr_progress, mmr_progress_free> handle_;
};

/* Records of several lines, or the rows of a table, in place of lines. */
class split
{
public:
	split() noexcept = default;

	/* A record begins with a line at whose start the pattern matches; "" stands for
	 * paragraphs. */
	[[nodiscard]] static split records(
		std::string_view pattern, char delimiter = '\n', on_error err = on_error())
	{
		mmr_split *made = nullptr;
		split split;

		if (!err.failed(mmr_split_compile(detail::slice(pattern), delimiter, &made)))
			split.handle_.reset(made);
		return split;
	}

	[[nodiscard]] static split rows(char separator = ',', on_error err = on_error())
	{
		mmr_split *made = nullptr;
		split split;

		if (!err.failed(mmr_split_rows(separator, &made)))
			split.handle_.reset(made);
		return split;
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	[[nodiscard]] const mmr_split *get() const noexcept
	{
		return handle_.get();
	}

private:
	detail::handle<mmr_split, mmr_split_close> handle_;
};

/* What to scan, and how; as in mmr_scan_options. With C++20: {.first_line = 10, .n_threads = 4}.
 *
 * Members that point to objects take what get() of a progress, split or index returns. */
struct scan_options {
	std::uint64_t offset = 0;
	std::uint64_t length = rest;
	std::uint64_t first_line = 0;
	std::uint64_t n_lines = rest;
	char delimiter = '\n';
	mmr_io_mode io_mode = MMR_IO_AUTO;
	mmr_cache cache = MMR_CACHE_AUTO;
	unsigned n_threads = 0;
	mmr_progress *progress = nullptr;
	mmr_wait_fn *before_wait = nullptr; /* must not throw */
	void *wait_context = nullptr;
	const mmr_split *records = nullptr;
	mmr_index *index = nullptr;
};

namespace detail
{

inline mmr_scan_options to_c(const scan_options &scan) noexcept
{
	mmr_scan_options c = MMR_SCAN_OPTIONS_INIT;

	c.offset = scan.offset;
	c.length = scan.length;
	c.first_line = scan.first_line;
	c.n_lines = scan.n_lines;
	c.delimiter = scan.delimiter;
	c.io_mode = scan.io_mode;
	c.cache = scan.cache;
	c.n_threads = scan.n_threads;
	c.progress = scan.progress;
	c.before_wait = scan.before_wait;
	c.wait_context = scan.wait_context;
	c.records = scan.records;
	c.index = scan.index;
	return c;
}

/* Calls a callback that returns nothing, or false to stop. Returns: 0 or 1. */
template <class Fn, class... Arguments> int proceed(Fn &fn, Arguments &&...arguments)
{
	using result = std::invoke_result_t<Fn &, Arguments...>;

	if constexpr (std::is_void_v<result>) {
		fn(std::forward<Arguments>(arguments)...);
		return 0;
	} else {
		static_assert(std::is_same_v<result, bool>,
			"a callback returns nothing, or false to stop");
		return fn(std::forward<Arguments>(arguments)...) ? 0 : 1;
	}
}

/* Calls of callbacks by the C library: an exception stops the scan, and is thrown again at its end.
 */
class callbacks
{
public:
	/* Runs code that returns a result of the C library. */
	template <class Code> int guarded(Code &&code) noexcept
	{
#if MMREADER_EXCEPTIONS
		try {
			return code();
		} catch (...) {
			const std::lock_guard<std::mutex> lock(mutex_);

			if (!exception_)
				exception_ = std::current_exception();
			return -ECANCELED;
		}
#else
		return code();
#endif
	}

	/* Throws the first exception, or reports the result of the scan. Returns: whether the scan
	 * was not stopped. */
	bool finish(int result, on_error err)
	{
#if MMREADER_EXCEPTIONS
		if (exception_)
			std::rethrow_exception(std::exchange(exception_, nullptr));
#endif
		return !err.failed(result) && result == 0;
	}

private:
#if MMREADER_EXCEPTIONS
	std::mutex mutex_;
	std::exception_ptr exception_;
#endif
};

/* The context of a callback for one item at a time. */
template <class Fn> class call_state : public callbacks
{
public:
	explicit call_state(std::remove_reference_t<Fn> &fn) noexcept : fn_(fn)
	{
	}

	/* Returns: 0 to continue, 1 to stop, or a negative code. */
	template <class Item> int call(const Item &item) noexcept
	{
		return guarded([&] { return proceed(fn_, item); });
	}

private:
	std::remove_reference_t<Fn> &fn_;
};

} // namespace detail

/* The number of processors that this thread may use. */
[[nodiscard]] inline unsigned processors() noexcept
{
	return mmr_processors();
}

/* Bytes [start, stop) of a reader. */
struct byte_range {
	std::uint64_t start = 0;
	std::uint64_t stop = 0;
};

[[nodiscard]] inline byte_range locate(
	const reader &file, const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	byte_range range;

	if (!file.closed(err))
		err.failed(mmr_scan_locate(file.get(), &c, &range.start, &range.stop));
	return range;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

/* How a range is cut into blocks, as in mmr_block_options. */
struct block_options {
	std::size_t window = 0;
	std::size_t line_limit = 0;
	bool split_lines = false;
	std::size_t ahead = 0;
	bool backward = false;
	bool skip_holes = false;
};

/* Lifetime: until the next block, or until a callback returns. */
struct block {
	std::string_view bytes;
	std::uint64_t off = 0;   /* of the first byte, from the start of the reader */
	std::uint64_t start = 0; /* of the range */
	std::size_t ahead = 0;   /* bytes at the end that belong to the next block */
};

namespace detail
{

inline mmr_block_options to_c(const block_options &cut) noexcept
{
	mmr_block_options c = MMR_BLOCK_OPTIONS_INIT;

	c.window = cut.window;
	c.line_limit = cut.line_limit;
	c.split_lines = cut.split_lines;
	c.ahead = cut.ahead;
	c.backward = cut.backward;
	c.skip_holes = cut.skip_holes;
	return c;
}

inline block from_c(const mmr_block &c) noexcept
{
	return {detail::bytes(c.bytes), c.off, c.start, c.ahead};
}

class block_source
{
public:
	using value = block;

	explicit block_source(mmr_blocks *opened) noexcept : blocks_(opened)
	{
	}

	bool next(value &block) noexcept
	{
		mmr_block c;

		if (!blocks_ || !mmr_blocks_next(blocks_.get(), &c))
			return false;
		block = from_c(c);
		return true;
	}

	int error() const noexcept
	{
		return blocks_ ? mmr_blocks_error(blocks_.get()) : 0;
	}

	/* The I/O mode of the last block. */
	mmr_io_mode io_mode() const noexcept
	{
		return blocks_ ? mmr_blocks_io_mode(blocks_.get()) : MMR_IO_AUTO;
	}

private:
	handle<mmr_blocks, mmr_blocks_close> blocks_;
};

} // namespace detail

using blocks_view = input_view<detail::block_source>;

/* The blocks of a range, one after the other. The reader must live longer; it may be moved. */
[[nodiscard]] inline blocks_view blocks(const reader &file, const scan_options &scan = {},
	const block_options &cut = {}, on_error err = on_error())
{
	const mmr_scan_options c_scan = detail::to_c(scan);
	const mmr_block_options c_cut = detail::to_c(cut);
	mmr_blocks *opened = nullptr;

	if (!file.closed(err))
		err.failed(mmr_blocks_open(file.get(), &c_scan, &c_cut, &opened));
	return blocks_view(detail::block_source(opened), err);
}

blocks_view blocks(reader &&, const scan_options & = {}, const block_options & = {},
	on_error = on_error()) = delete;

/* --- Lines ------------------------------------------------------------------------------------ */

[[nodiscard]] inline std::uint64_t count_lines(
	const reader &file, const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	mmr_counts counts{};

	if (!file.closed(err))
		err.failed(mmr_count_lines(file.get(), &c, &counts));
	return counts.lines;
}

[[nodiscard]] inline mmr_counts measure_lines(
	const reader &file, const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	mmr_counts counts{};

	if (!file.closed(err))
		err.failed(mmr_measure_lines(file.get(), &c, &counts));
	return counts;
}

namespace detail
{

/* Calls `fn` for each line of a block. Returns: 0, 1 to stop, or a negative code. */
template <class Fn> int each_line(mmr_slice block, char delimiter, Fn &&fn)
{
	mmr_lines it = mmr_lines_of(block, delimiter);
	mmr_slice line;

	while (mmr_lines_next(&it, &line))
		if (const int result = fn(bytes(line)))
			return result;
	return mmr_lines_error(&it);
}

/* Blocks of records cannot be divided into records by a delimiter. */
inline bool refuses_records(const scan_options &scan, on_error err)
{
	return scan.records && err.failed_silently(-EINVAL);
}

} // namespace detail

/* Calls `fn(std::string_view line)` for each line of any reader, in order, in this thread. The line
 * has no delimiter. `fn` may return false to stop. Returns: whether it did not.
 *
 * Errors: EINVAL for records; those of mmr_blocks_open and mmr_blocks_error.
 * Lifetime: of a line, until `fn` returns. */
template <class Fn>
bool for_each_line(const reader &file, const scan_options &scan, Fn &&fn, on_error err = on_error())
{
	int result;

	if (detail::refuses_records(scan, err))
		return false;
	for (const block &part : blocks(file, scan, {}, err)) {
		result = detail::each_line(detail::slice(part.bytes), scan.delimiter,
			[&](std::string_view line) { return detail::proceed(fn, line); });
		if (err.failed(result) || result > 0)
			return false;
	}
	/* A failure of the blocks is stored in the code. */
	return !err.code() || !*err.code();
}

/* The start of the line `n_lines` lines after `from`, or before it when negative. */
[[nodiscard]] inline std::uint64_t line_seek(const reader &file, std::uint64_t from,
	std::int64_t n_lines, const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	std::uint64_t off = 0;

	if (!file.closed(err))
		err.failed(mmr_line_seek(file.get(), from, n_lines, &c, &off));
	return off;
}

/* The bounds of the line that contains byte `off`. */
[[nodiscard]] inline byte_range line_bounds(const reader &file, std::uint64_t off,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	byte_range line;

	if (!file.closed(err))
		err.failed(mmr_line_bounds(file.get(), off, &c, &line.start, &line.stop));
	return line;
}

/* The number of the line that contains byte `off`, counted from 0. */
[[nodiscard]] inline std::uint64_t line_number(const reader &file, std::uint64_t off,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	std::uint64_t number = 0;

	if (!file.closed(err))
		err.failed(mmr_line_number(file.get(), off, &c, &number));
	return number;
}

/* The line with a number, counted from 0, with its delimiter. */
[[nodiscard]] inline std::string_view line_at(const reader &file, std::uint64_t number,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	mmr_slice line = {nullptr, 0};

	if (!file.closed(err))
		err.failed(mmr_line_find(file.get(), number, &c, &line));
	return detail::bytes(line);
}

std::string_view line_at(
	reader &&, std::uint64_t, const scan_options & = {}, on_error = on_error()) = delete;

/* Shard `k` of `n`, counted from 1, cut at line ends. */
[[nodiscard]] inline byte_range shard(const reader &file, std::uint64_t k, std::uint64_t n,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	byte_range range;

	if (!file.closed(err))
		err.failed(mmr_shard(file.get(), &c, k, n, &range.start, &range.stop));
	return range;
}

/* --- Matches and numbers ---------------------------------------------------------------------- */

[[nodiscard]] inline std::uint64_t count_matches(const reader &file, std::string_view text,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_needle needle = mmr_needle_of(detail::slice(text));
	const mmr_scan_options c = detail::to_c(scan);
	std::uint64_t n = 0;

	if (!file.closed(err))
		err.failed(mmr_count_matches(file.get(), &needle, &c, &n));
	return n;
}

/* Calls `fn(const mmr_match &)` for each match, in order, one at a time, but from any thread. `fn`
 * may return false to stop. Returns: whether it did not. */
template <class Fn>
bool for_each_match(const reader &file, std::string_view text, const scan_options &scan, Fn &&fn,
	mmr_match_flags flags = MMR_MATCH_PLAIN, on_error err = on_error())
{
	detail::call_state<Fn> state(fn);
	const mmr_needle needle = mmr_needle_of(detail::slice(text));
	const mmr_scan_options c = detail::to_c(scan);
	const auto call = [](void *context, const mmr_match *match) {
		return static_cast<detail::call_state<Fn> *>(context)->call(*match);
	};

	return !file.closed(err) &&
	       state.finish(mmr_each_match(file.get(), &needle, &c, flags, call, &state), err);
}

/* Adds up the numbers of a reader, or a column of records with a stride. */
template <class T>
[[nodiscard]] mmr_summary sum_numbers(const reader &file, mmr_order order = MMR_NATIVE,
	std::size_t stride = 0, const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	mmr_summary summary{};

	if (!file.closed(err))
		err.failed(mmr_sum_numbers(
			file.get(), detail::type_of<T>(), order, stride, &c, &summary));
	return summary;
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
