/* lines.hpp - the lines of bytes, forward and backward
 *
 * Elements are views of the bytes; nothing is copied.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_LINES_HPP
#define MMREADER_LINES_HPP

#include <mmreader/views.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

struct line_options {
	char delimiter = '\n';
	bool keep = false; /* lines include their terminator */
	bool crlf = false; /* a \r before the delimiter is removed, too; keep overrides it */
};

namespace detail
{

/* What sources whose values are bytes have in common. */
struct text_source {
	using raw = mmr_slice;
	using value = std::string_view;

	static value get(const raw &slice) noexcept
	{
		return detail::bytes(slice);
	}
};

inline unsigned line_flags(const line_options &options) noexcept
{
	if (options.keep)
		return MMR_LINES_KEEP;
	return options.crlf ? unsigned{MMR_LINES_CRLF} : 0;
}

struct reverse_line_source : text_source {
	using state = mmr_reverse_lines;
	mmr_slice bytes;
	line_options options;

	state start() const noexcept
	{
		return mmr_reverse_lines_of_flags(bytes, options.delimiter, line_flags(options));
	}

	static bool next(state &it, raw &line) noexcept
	{
		return mmr_reverse_lines_next(&it, &line);
	}

	static int error(const state &it) noexcept
	{
		return mmr_reverse_lines_error(&it);
	}
};

} // namespace detail

using reverse_lines_view = view<detail::reverse_line_source>;

/* Like a view. It takes the ends of up to 256 lines at a time from mmr_lines_next_batch, which is
 * faster than mmr_lines_next. */
class lines_view
{
public:
	class iterator
	{
	public:
		using value_type = std::string_view;
		using reference = value_type;
		using pointer = detail::arrow<value_type>;
		using difference_type = std::ptrdiff_t;
		using iterator_category = std::input_iterator_tag;

		iterator() noexcept = default;

		explicit iterator(lines_view *range) : range_(range)
		{
			next_batch();
		}

		value_type operator*() const noexcept
		{
			return line_;
		}

		pointer operator->() const noexcept
		{
			return pointer(line_);
		}

		MMREADER_INLINE_ iterator &operator++()
		{
			if (end_ == stop_)
				next_batch();
			else
				next_line();
			return *this;
		}

		iterator operator++(int)
		{
			iterator old(*this);

			++*this;
			return old;
		}

		friend bool operator==(const iterator &a, const iterator &b) noexcept
		{
			return a.range_ == b.range_;
		}

		friend bool operator!=(const iterator &a, const iterator &b) noexcept
		{
			return a.range_ != b.range_;
		}

	private:
		MMREADER_INLINE_ void next_line() noexcept
		{
			std::size_t end = *end_++, cr = 0;
			const char *start = next_;

			if (MMREADER_UNLIKELY_(crlf_)) {
				cr = end / MMR_LINE_CR;
				end %= MMR_LINE_CR;
			}
			next_ = base_ + end + 1;
			line_ = {start, static_cast<std::size_t>(next_ - start) - 1 + keep_ - cr};
		}

		MMREADER_INLINE_ void next_batch()
		{
			mmr_line_batch batch;

			if (!mmr_lines_next_batch(&range_->state_, &batch)) {
				std::exchange(range_, nullptr)->end_iteration();
				return;
			}
			crlf_ = range_->flags_ == MMR_LINES_CRLF;
			next_ = batch.first;
			base_ = batch.base;
			end_ = batch.ends;
			stop_ = batch.ends + batch.n;
			/* A line that ends with the bytes has no terminator to keep. */
			keep_ = range_->flags_ == MMR_LINES_KEEP && base_ + *end_ != range_->stop();
			next_line();
		}

		lines_view *range_ = nullptr;
		std::string_view line_;
		const char *next_ = nullptr;         /* start of the next line */
		const char *base_ = nullptr;         /* of the offsets at end_ */
		const std::uint16_t *end_ = nullptr; /* of the next line */
		const std::uint16_t *stop_ = nullptr;
		std::size_t keep_ = 0; /* bytes of the terminator in lines */
		bool crlf_ = false;
	};

	using value_type = std::string_view;

	lines_view(borrowed bytes, const line_options &options, on_error err) noexcept
		: bytes_(bytes), delimiter_(options.delimiter), flags_(detail::line_flags(options)),
		  code_(err.code())
	{
	}

	lines_view(const lines_view &other) noexcept
		: bytes_(other.bytes_), delimiter_(other.delimiter_), flags_(other.flags_),
		  code_(other.code_)
	{
	}

	lines_view &operator=(const lines_view &other) noexcept
	{
		bytes_ = other.bytes_;
		delimiter_ = other.delimiter_;
		flags_ = other.flags_;
		code_ = other.code_;
		return *this;
	}

	[[nodiscard]] iterator begin()
	{
		state_ = mmr_lines_of_flags(bytes_, delimiter_, flags_);
		return iterator(this);
	}

	[[nodiscard]] iterator end() const noexcept
	{
		return iterator();
	}

private:
	const char *stop() const noexcept
	{
		return bytes_.ptr + bytes_.len;
	}

	void end_iteration()
	{
		const int result = mmr_lines_error(&state_);

		if (result < 0)
			detail::fail(code_, result, true);
	}

	mmr_slice bytes_;
	char delimiter_;
	unsigned flags_;
	std::error_code *code_;
	union {
		mmr_lines state_; /* since begin() */
	};
};

[[nodiscard]] inline lines_view lines(
	borrowed bytes, const line_options &options = {}, on_error err = on_error())
{
	return lines_view(bytes, options, err);
}

/* From the last line to the first. */
[[nodiscard]] inline reverse_lines_view reverse_lines(
	borrowed bytes, const line_options &options = {}, on_error err = on_error())
{
	return reverse_lines_view({{}, bytes, options}, err);
}

/* The line that contains byte `off`, with its delimiter if it has one. */
[[nodiscard]] inline std::string_view line_around(
	borrowed bytes, std::size_t off, char delimiter = '\n', on_error err = on_error())
{
	mmr_slice line = {nullptr, 0};

	err.failed(mmr_line_around(bytes, off, delimiter, &line));
	return detail::bytes(line);
}

/* The lines that contain a part of the bytes, such as a match in them. */
[[nodiscard]] inline std::string_view line_around(
	borrowed bytes, std::string_view part, char delimiter = '\n', on_error err = on_error())
{
	mmr_slice line = {nullptr, 0};

	err.failed(mmr_line_around_slice(bytes, detail::slice(part), delimiter, &line));
	return detail::bytes(line);
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#if MMREADER_RANGES
template <> inline constexpr bool std::ranges::enable_view<mmreader::lines_view> = true;
#endif

#endif
