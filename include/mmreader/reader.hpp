/* reader.hpp - opens files, pipes and memory; the reader closes itself
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_READER_HPP
#define MMREADER_READER_HPP

#include <mmreader/error.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <type_traits>
#include <utility>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* As a length or a number of lines: up to the end. */
inline constexpr std::uint64_t rest = MMR_REST;

namespace detail
{

template <auto Close> struct closer {
	template <class T> void operator()(T *object) const noexcept
	{
		Close(object);
	}
};

/* An object of the library that is closed by `Close`. */
template <class T, auto Close> using handle = std::unique_ptr<T, closer<Close>>;

inline mmr_slice slice(std::string_view bytes) noexcept
{
	return {bytes.data(), bytes.size()};
}

inline std::string_view bytes(mmr_slice slice) noexcept
{
	return {slice.ptr, slice.len};
}

} // namespace detail

/* Options of a reader, as in mmr_reader_options. */
struct reader_options {
	std::uint64_t offset = 0;
	std::uint64_t length = rest;
	std::uint64_t reserve = 0;
	mmr_backing_kind backing = MMR_BACKING_AUTO;
	bool keep_pages = false;
	bool wait = false;
};

/* An open input. It can be moved, and closes itself.
 *
 * A reader that is default-constructed, moved from or closed is empty: its size is 0, it has no
 * bytes, and calls that read it fail with EBADF. Moving a reader does not change addresses, so
 * views of its bytes stay valid. */
class reader
{
public:
	reader() noexcept = default;

	explicit reader(const std::filesystem::path &path, const reader_options &options = {},
		on_error err = on_error())
	{
		const mmr_reader_options c = to_c(options);
		mmr_reader *opened = nullptr;

		if (!err.failed(mmr_open(path.c_str(), &c, &opened)))
			handle_.reset(opened);
	}

	/* The caller still has to close `fd`. */
	[[nodiscard]] static reader from_fd(
		int fd, const reader_options &options = {}, on_error err = on_error())
	{
		const mmr_reader_options c = to_c(options);
		mmr_reader *opened = nullptr;

		return err.failed(mmr_open_fd(fd, &c, &opened)) ? reader() : reader(opened);
	}

	/* Lifetime: the memory must stay valid and unchanged as long as the reader is open. */
	[[nodiscard]] static reader from_memory(std::string_view memory, on_error err = on_error())
	{
		mmr_reader *opened = nullptr;
		const int result = mmr_open_memory(memory.data(), memory.size(), &opened);

		return err.failed(result) ? reader() : reader(opened);
	}

	/* A temporary string would end before the reader. */
	template <class Text, class = std::enable_if_t<std::is_same_v<Text, std::string>>>
	static reader from_memory(Text &&memory, on_error err = on_error()) = delete;

	/* Takes over a reader of the C interface; NULL makes an empty one. */
	[[nodiscard]] static reader adopt(mmr_reader *opened) noexcept
	{
		return reader(opened);
	}

	void swap(reader &other) noexcept
	{
		handle_.swap(other.handle_);
	}

	friend void swap(reader &a, reader &b) noexcept
	{
		a.swap(b);
	}

	/* Leaves an empty reader. Views of its bytes must not be used afterwards. */
	void close() noexcept
	{
		handle_.reset();
	}

	/* Whether the reader is open. */
	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	/* For calls of the C interface; NULL if the reader is empty. */
	[[nodiscard]] mmr_reader *get() const noexcept
	{
		return handle_.get();
	}

	/* Leaves an empty reader. The caller has to call mmr_close. */
	[[nodiscard]] mmr_reader *release() noexcept
	{
		return handle_.release();
	}

	/* `rest` for a stream. */
	[[nodiscard]] std::uint64_t size() const noexcept
	{
		return handle_ ? mmr_size(get()) : 0;
	}

	/* MMR_BACKING_CALLER if the reader is empty. */
	[[nodiscard]] mmr_backing_kind backing() const noexcept
	{
		return handle_ ? mmr_backing(get()) : MMR_BACKING_CALLER;
	}

	/* Whether read_at, backward scans and shards are possible. */
	[[nodiscard]] bool has_offsets() const noexcept
	{
		return handle_ && (mmr_abilities(get()) & MMR_HAS_OFFSETS);
	}

	/* Whether bytes() and the ranges over it are possible. */
	[[nodiscard]] bool has_addresses() const noexcept
	{
		return handle_ && (mmr_abilities(get()) & MMR_HAS_ADDRESSES);
	}

	/* Bytes of a stream that scans have skipped or returned. */
	[[nodiscard]] std::uint64_t consumed() const noexcept
	{
		return handle_ ? mmr_consumed(get()) : 0;
	}

	/* All bytes. They are not copied; for a reader without addresses the view is empty, and
	 * ranges over it fail with errc::no_map.
	 *
	 * Lifetime: until the reader is closed or destroyed; it may be moved. */
	[[nodiscard]] std::string_view bytes() const &noexcept
	{
		return handle_ ? detail::bytes(mmr_bytes(get())) : std::string_view();
	}

	std::string_view bytes() const && = delete;

	/* Copies up to `len` bytes, fewer only at the end of the range. Returns: their number. */
	std::size_t read_at(
		std::uint64_t off, void *buffer, std::size_t len, on_error err = on_error()) const
	{
		std::size_t n = 0;

		return closed(err) || err.failed(mmr_read_at(get(), off, buffer, len, &n)) ? 0 : n;
	}

	[[nodiscard]] std::string read_at(
		std::uint64_t off, std::size_t len, on_error err = on_error()) const
	{
		std::string text;

		if (off < size())
			text.resize(static_cast<std::size_t>(
				std::min<std::uint64_t>(len, size() - off)));
		text.resize(read_at(off, text.data(), text.size(), err));
		return text;
	}

	/* The first bytes, at most 64. */
	[[nodiscard]] std::string head(std::size_t len = 64, on_error err = on_error()) const
	{
		std::string text(std::min<std::size_t>(len, 64), '\0');
		std::size_t n = 0;

		if (closed(err) || err.failed(mmr_head(get(), text.data(), text.size(), &n)))
			n = 0;
		text.resize(n);
		return text;
	}

	/* Extends the range by appended bytes. bytes() may then have another address; old views
	 * stay valid. Returns: whether the range has grown. */
	bool refresh(on_error err = on_error())
	{
		int result;

		if (closed(err))
			return false;
		result = mmr_refresh(get());
		return !err.failed(result) && result > 0;
	}

	/* Fails with errc::truncated, replaced, grown or changed, the first that applies. */
	void check(on_error err = on_error()) const
	{
		if (!closed(err))
			err.failed(mmr_check(get()));
	}

	void advise(std::uint64_t off, std::uint64_t len, mmr_advice advice,
		on_error err = on_error()) const
	{
		if (!closed(err))
			err.failed(mmr_advise(get(), off, len, advice));
	}

	void prefetch(std::uint64_t off, std::uint64_t len, on_error err = on_error()) const
	{
		if (!closed(err))
			err.failed(mmr_prefetch(get(), off, len));
	}

	/* Releases the resident pages of the bytes. Views stay valid. */
	void release_pages(std::uint64_t off, std::uint64_t len, on_error err = on_error()) const
	{
		if (!closed(err))
			err.failed(mmr_release(get(), off, len));
	}

	/* Whether the reader is empty, which is then reported: used by calls that read it. */
	bool closed(on_error err) const
	{
		return !handle_ && err.failed_silently(-EBADF);
	}

private:
	explicit reader(mmr_reader *opened) noexcept : handle_(opened)
	{
	}

	static mmr_reader_options to_c(const reader_options &options) noexcept
	{
		mmr_reader_options c = MMR_READER_OPTIONS_INIT;

		c.offset = options.offset;
		c.length = options.length;
		c.reserve = options.reserve;
		c.backing = options.backing;
		c.keep_pages = options.keep_pages;
		c.wait = options.wait;
		return c;
	}

	detail::handle<mmr_reader, mmr_close> handle_;
};

/* Reports faults in mapped files as errors instead of raising SIGBUS; see guard.h. */
inline void install_guard(on_error err = on_error())
{
	err.failed(mmr_guard_install());
}

/* Bytes that somebody else owns: the argument of all calls that return views of it. Temporary
 * strings and readers are refused, because the result would refer to what no longer exists. */
class borrowed
{
public:
	borrowed(std::string_view bytes) noexcept : bytes_(bytes)
	{
	}

	borrowed(const char *text) noexcept : bytes_(text)
	{
	}

	borrowed(const std::string &text) noexcept : bytes_(text)
	{
	}

	borrowed(mmr_slice slice) noexcept : bytes_(detail::bytes(slice))
	{
	}

	borrowed(const reader &file) noexcept : bytes_(file.bytes())
	{
	}

	borrowed(std::string &&) = delete;
	borrowed(reader &&) = delete;

	operator std::string_view() const noexcept
	{
		return bytes_;
	}

	operator mmr_slice() const noexcept
	{
		return detail::slice(bytes_);
	}

private:
	std::string_view bytes_;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
