/* search.hpp - finds the lines that match texts and regular expressions
 *
 *	mmreader::search errors({"ERROR", mmreader::pattern::regex("5\\d\\d$")});
 *
 *	mmreader::for_each_found(file, errors, {}, {},
 *		[](const mmreader::found_line &line) { std::cout << line.bytes; });
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SEARCH_HPP
#define MMREADER_SEARCH_HPP

#include <mmreader/filter.hpp>

#include <initializer_list>
#include <vector>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* A literal text, or an expression. */
class pattern
{
public:
	pattern(std::string_view text) noexcept : pattern_{detail::slice(text), false}
	{
	}

	pattern(const char *text) noexcept : pattern(std::string_view(text))
	{
	}

	pattern(const std::string &text) noexcept : pattern(std::string_view(text))
	{
	}

	[[nodiscard]] static pattern regex(std::string_view text) noexcept
	{
		pattern made(text);

		made.pattern_.is_regex = true;
		return made;
	}

	const mmr_pattern &get() const noexcept
	{
		return pattern_;
	}

private:
	mmr_pattern pattern_;
};

/* Options of a search, as in mmr_search_options. */
struct search_options {
	bool caseless = false;
	bool words = false;
	bool whole_lines = false;
	bool all = false;
	bool invert = false;
	bool utf = false;
	char delimiter = '\n';
	const mmr_split *records = nullptr; /* of split::get */
	search_filter filter = {};          /* copied by the search */
};

namespace detail
{

/* Closes a search, and then destroys its filter. */
struct search_closer {
	std::unique_ptr<filter_calls> filter;

	void operator()(mmr_search *search) const noexcept
	{
		mmr_search_close(search);
	}
};

} // namespace detail

/* Compiled patterns. */
class search
{
public:
	search() noexcept = default;

	/* Errors: EINVAL; errc::no_library. */
	explicit search(std::initializer_list<pattern> patterns, const search_options &options = {},
		on_error err = on_error())
		: search(patterns.begin(), patterns.end(), options, err)
	{
	}

	/* The patterns of a range, such as a std::vector<std::string>. */
	template <class Patterns, class = decltype(std::declval<const Patterns &>().begin())>
	explicit search(const Patterns &patterns, const search_options &options = {},
		on_error err = on_error())
		: search(patterns.begin(), patterns.end(), options, err)
	{
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(handle_);
	}

	[[nodiscard]] const mmr_search *get() const noexcept
	{
		return handle_.get();
	}

	/* Whether the search is empty, which is then reported. */
	bool closed(on_error err) const
	{
		return !handle_ && err.failed_silently(-EBADF);
	}

	/* Makes a call of the C interface that searches, and throws what the filter threw:
	 *
	 *	result = search.call([&] { return mmr_search_run(search.get(), ...); });
	 *
	 * Without this function, the call returns an unknown negative code if the filter throws. */
	template <class Call> int call(Call &&call) const
	{
		detail::filter_calls *filter = handle_.get_deleter().filter.get();

		return filter ? filter->exceptions().scan(call) : call();
	}

	/* The number of lines that match. */
	[[nodiscard]] std::uint64_t count(
		const reader &file, const scan_options &scan = {}, on_error err = on_error()) const
	{
		const mmr_scan_options c = detail::to_c(scan);
		std::uint64_t n = 0;

		if (!closed(err) && !file.closed(err))
			err.failed(
				call([&] { return mmr_search_count(get(), file.get(), &c, &n); }));
		return n;
	}

private:
	template <class Iterator>
	search(Iterator first, Iterator last, const search_options &options, on_error err)
	{
		mmr_search_options c = MMR_SEARCH_OPTIONS_INIT;
		std::vector<mmr_pattern> patterns;
		std::unique_ptr<detail::filter_calls> filter;
		mmr_search *compiled = nullptr;

		for (; first != last; ++first)
			patterns.push_back(pattern(*first).get());
		c.caseless = options.caseless;
		c.words = options.words;
		c.whole_lines = options.whole_lines;
		c.all = options.all;
		c.invert = options.invert;
		c.utf = options.utf;
		c.delimiter = options.delimiter;
		c.records = options.records;
		if (options.filter) {
			filter = std::make_unique<detail::filter_calls>(options.filter);
			c.filter = filter->get();
		}
		if (!err.failed(
			    mmr_search_compile(patterns.data(), patterns.size(), &c, &compiled)))
			handle_ = {compiled, {std::move(filter)}};
	}

	std::unique_ptr<mmr_search, detail::search_closer> handle_;
};

/* Which lines are reported, and how; as in mmr_found_options. */
struct found_options {
	std::uint64_t before = 0;
	std::uint64_t after = 0;
	std::uint64_t max_lines = rest;
	bool numbers = false;
	bool runs = false;
	bool backward = false;
	std::uint64_t sample = rest;
	std::uint64_t seed = 0;
};

/* A line that was found, or one of context; as in mmr_found_line.
 *
 * Lifetime: until the callback returns. */
struct found_line {
	std::string_view bytes; /* with its delimiter, if it has one */
	std::uint64_t off = 0;
	std::uint64_t number = MMR_NO_LINE;
	bool is_context = false;
	bool after_gap = false;
};

/* Calls `fn(const found_line &)` for each line that matches, and for lines of context, in order,
 * one at a time, but from any thread. `fn` may return false to stop. Returns: whether it did not.
 */
template <class Fn>
bool for_each_found(const reader &file, const search &search, const scan_options &scan,
	const found_options &how, Fn &&fn, on_error err = on_error())
{
	detail::call_state<Fn> state(fn);
	const mmr_scan_options c = detail::to_c(scan);
	mmr_found_options c_how = MMR_FOUND_OPTIONS_INIT;
	const auto call = [](void *context, const mmr_found_line *line) {
		return static_cast<detail::call_state<Fn> *>(context)->call(
			found_line{detail::bytes(line->bytes), line->off, line->number,
				line->is_context, line->after_gap});
	};

	c_how.before = how.before;
	c_how.after = how.after;
	c_how.max_lines = how.max_lines;
	c_how.numbers = how.numbers;
	c_how.runs = how.runs;
	c_how.backward = how.backward;
	c_how.sample = how.sample;
	c_how.seed = how.seed;
	return !file.closed(err) && !search.closed(err) &&
	       state.finish(search.call([&] {
		       return mmr_search_lines(search.get(), file.get(), &c, &c_how, call, &state);
	       }),
		       err);
}

/* --- Matches in a line ------------------------------------------------------------------------ */

namespace detail
{

class line_match_source
{
public:
	using value = std::string_view;

	explicit line_match_source(mmr_line_matches *opened) noexcept : matches_(opened)
	{
	}

	bool next(value &match) noexcept
	{
		mmr_slice slice;

		if (!matches_ || !mmr_line_matches_next(matches_.get(), &slice))
			return false;
		match = detail::bytes(slice);
		return true;
	}

	int error() const noexcept
	{
		return matches_ ? mmr_line_matches_error(matches_.get()) : 0;
	}

private:
	handle<mmr_line_matches, mmr_line_matches_close> matches_;
};

} // namespace detail

using line_matches_view = input_view<detail::line_match_source>;

/* The matches of a search in one line that was found. The search must live as long as the view. */
[[nodiscard]] inline line_matches_view matches(
	borrowed line, const search &search, on_error err = on_error())
{
	detail::handle<mmr_line_matches, mmr_line_matches_close> opened;
	mmr_line_matches *it = nullptr;

	if (!search.closed(err) && !err.failed(mmr_line_matches_open(search.get(), &it))) {
		opened.reset(it);
		if (err.failed(mmr_line_matches_load(it, line)))
			opened.reset();
	}
	return line_matches_view(detail::line_match_source(opened.release()), err);
}

line_matches_view matches(borrowed, search &&, on_error = on_error()) = delete;

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
