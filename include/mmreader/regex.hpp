/* regex.hpp - regular expressions over bytes and whole inputs
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_REGEX_HPP
#define MMREADER_REGEX_HPP

#include <mmreader/scan.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* Options of an expression, as in mmr_regex_options. */
struct regex_options {
	bool caseless = false;
	bool extended = false;
	bool dot_all = false;
	bool utf = false;
	bool no_jit = false;
	char delimiter = '\n';
	std::uint32_t match_limit = 0;
	std::uint32_t depth_limit = 0;
	std::uint32_t heap_limit = 0;
};

/* A compiled expression. */
class regex
{
public:
	regex() noexcept = default;

	/* Errors: EINVAL with the reason; errc::no_library. */
	explicit regex(std::string_view pattern, const regex_options &options = {},
		on_error err = on_error())
	{
		mmr_regex_options c = MMR_REGEX_OPTIONS_INIT;
		mmr_regex *compiled = nullptr;

		c.caseless = options.caseless;
		c.extended = options.extended;
		c.dot_all = options.dot_all;
		c.utf = options.utf;
		c.no_jit = options.no_jit;
		c.delimiter = options.delimiter;
		c.match_limit = options.match_limit;
		c.depth_limit = options.depth_limit;
		c.heap_limit = options.heap_limit;
		if (!err.failed(mmr_regex_compile(detail::slice(pattern), &c, &compiled)))
			handle_.reset(compiled);
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	[[nodiscard]] const mmr_regex *get() const noexcept
	{
		return handle_.get();
	}

	[[nodiscard]] unsigned n_groups() const noexcept
	{
		return handle_ ? mmr_regex_n_groups(get()) : 0;
	}

	[[nodiscard]] bool is_jit() const noexcept
	{
		return handle_ && mmr_regex_is_jit(get());
	}

	/* Whether the expression is empty, which is then reported. */
	bool closed(on_error err) const
	{
		return !handle_ && err.failed_silently(-EBADF);
	}

private:
	detail::handle<mmr_regex, mmr_regex_close> handle_;
};

/* A match. Its texts are copies, which cannot fault.
 *
 * Lifetime: until the next match, or until a callback returns. */
class regex_match
{
public:
	regex_match() noexcept = default;

	explicit regex_match(const mmr_regex_match &match) noexcept : match_(match)
	{
	}

	[[nodiscard]] std::string_view text() const noexcept
	{
		return detail::bytes(match_.text);
	}

	/* From the start of the bytes or of the reader. */
	[[nodiscard]] std::uint64_t offset() const noexcept
	{
		return match_.off;
	}

	/* Counted from 0; MMR_NO_LINE if it is not known. */
	[[nodiscard]] std::uint64_t line() const noexcept
	{
		return match_.line;
	}

	/* Returns: no value when the group did not match. Errors: ERANGE. */
	[[nodiscard]] std::optional<std::string_view> group(
		unsigned number, on_error err = on_error()) const
	{
		mmr_slice text;
		const int result = mmr_regex_group(&match_, number, &text);

		if (err.failed(result) || result == 0)
			return std::nullopt;
		return detail::bytes(text);
	}

	/* Errors: ENOENT. */
	[[nodiscard]] std::optional<std::string_view> group(
		const char *name, on_error err = on_error()) const
	{
		mmr_slice text;
		const int result = mmr_regex_group_named(&match_, name, &text);

		if (err.failed(result) || result == 0)
			return std::nullopt;
		return detail::bytes(text);
	}

private:
	mmr_regex_match match_{};
};

namespace detail
{

class regex_source
{
public:
	using value = regex_match;

	explicit regex_source(mmr_regex_matches *opened) noexcept : matches_(opened)
	{
	}

	bool next(value &match) noexcept
	{
		mmr_regex_match c;

		if (!matches_ || !mmr_regex_matches_next(matches_.get(), &c))
			return false;
		match = value(c);
		return true;
	}

	int error() const noexcept
	{
		return matches_ ? mmr_regex_matches_error(matches_.get()) : 0;
	}

private:
	handle<mmr_regex_matches, mmr_regex_matches_close> matches_;
};

} // namespace detail

using regex_matches_view = input_view<detail::regex_source>;

/* The matches of an expression, line by line. The expression must live as long as the view.
 *
 * Errors: ECANCELED when a limit is reached; those of mmr_regex_matches_error. */
[[nodiscard]] inline regex_matches_view matches(
	borrowed bytes, const regex &regex, on_error err = on_error())
{
	mmr_regex_matches *opened = nullptr;

	if (!regex.closed(err))
		err.failed(mmr_regex_matches_of(regex.get(), bytes, &opened));
	return regex_matches_view(detail::regex_source(opened), err);
}

regex_matches_view matches(borrowed, regex &&, on_error = on_error()) = delete;

[[nodiscard]] inline std::uint64_t count_matches(const reader &file, const regex &regex,
	const scan_options &scan = {}, on_error err = on_error())
{
	const mmr_scan_options c = detail::to_c(scan);
	std::uint64_t n = 0;

	if (!file.closed(err) && !regex.closed(err))
		err.failed(mmr_regex_count(regex.get(), file.get(), &c, &n));
	return n;
}

/* Calls `fn(const regex_match &)` for each match, in order, one at a time, but from any thread.
 * `fn` may return false to stop. Returns: whether it did not. */
template <class Fn>
bool for_each_match(const reader &file, const regex &regex, const scan_options &scan, Fn &&fn,
	mmr_match_flags flags = MMR_MATCH_PLAIN, on_error err = on_error())
{
	detail::call_state<Fn> state(fn);
	const mmr_scan_options c = detail::to_c(scan);
	const auto call = [](void *context, const mmr_regex_match *match) {
		return static_cast<detail::call_state<Fn> *>(context)->call(regex_match(*match));
	};

	return !file.closed(err) && !regex.closed(err) &&
	       state.finish(mmr_regex_each(regex.get(), file.get(), &c, flags, call, &state), err);
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
