/* views.hpp - the two kinds of ranges that the iterators of the library become
 *
 * A range has no elements in memory. Its iterators are input iterators: they pass the elements
 * once, in order, and are as small as an element. With C++20 a range is a std::ranges::view.
 *
 * The state of an iteration is in the range, not in its iterators, so that compilers keep iterators
 * in registers and a loop takes no longer than in C. A range must not be moved during an iteration.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_VIEWS_HPP
#define MMREADER_VIEWS_HPP

#include <mmreader/reader.hpp>

#include <iterator>
#include <new>
#include <type_traits>

#if MMREADER_RANGES
#include <ranges>
#endif

/* Without them clang calls a function for each element, or computes both results of a choice. */
#if defined(__GNUC__)
#define MMREADER_INLINE_      __attribute__((always_inline)) inline
#define MMREADER_UNLIKELY_(x) __builtin_expect((x), 0)
#else
#define MMREADER_INLINE_      inline
#define MMREADER_UNLIKELY_(x) (x)
#endif

namespace mmreader
{

inline namespace MMREADER_MODE_
{

namespace detail
{

/* Keeps a value as long as an expression uses a member of it. */
template <class T> class arrow
{
public:
	explicit arrow(const T &value) noexcept : value_(value)
	{
	}

	const T *operator->() const noexcept
	{
		return &value_;
	}

private:
	T value_;
};

} // namespace detail

/* A range that starts again at each begin(), which ends earlier iterations. A copy has the same
 * elements and no iteration.
 *
 * `Source` has the arguments of the iteration, and
 *
 *	state, raw, value
 *	state start() const
 *	static bool next(state &, raw &)
 *	static int error(const state &)             0 at the end
 *	static value get(const raw &) */
template <class Source> class view
{
	using state = typename Source::state;
	using raw = typename Source::raw;

public:
	class iterator
	{
	public:
		using value_type = typename Source::value;
		using reference = value_type;
		using pointer = detail::arrow<value_type>;
		using difference_type = std::ptrdiff_t;
		using iterator_category = std::input_iterator_tag;

		/* The end of all iterations. */
		iterator() noexcept = default;

		explicit iterator(view *range) : range_(range)
		{
			++*this;
		}

		value_type operator*() const noexcept
		{
			return Source::get(raw_);
		}

		pointer operator->() const noexcept
		{
			return pointer(**this);
		}

		MMREADER_INLINE_ iterator &operator++()
		{
			raw next;

			if (Source::next(range_->state_, next))
				raw_ = next;
			else
				std::exchange(range_, nullptr)->end_iteration();
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
		view *range_ = nullptr;
		raw raw_{};
	};

	using value_type = typename Source::value;

	explicit view(const Source &source, on_error err) noexcept
		: source_(source), code_(err.code())
	{
	}

	view(const view &other) noexcept : source_(other.source_), code_(other.code_)
	{
	}

	view &operator=(const view &other) noexcept
	{
		source_ = other.source_;
		code_ = other.code_;
		return *this;
	}

	/* Throws or stores a failure, like the iterators. */
	[[nodiscard]] iterator begin()
	{
		::new (static_cast<void *>(&state_)) state(source_.start());
		return iterator(this);
	}

	[[nodiscard]] iterator end() const noexcept
	{
		return iterator();
	}

private:
	void end_iteration()
	{
		const int result = Source::error(state_);

		if (result < 0)
			detail::fail(code_, result, true);
	}

	static_assert(std::is_trivially_copyable_v<state>);
	Source source_;
	std::error_code *code_;
	union {
		state state_; /* since begin() */
	};
};

/* A range that can be iterated over once, because `Source` owns the state of its iteration. It has
 *
 *	value
 *	bool next(value &)
 *	int error() const */
template <class Source> class input_view
{
public:
	/* Lifetime: that of the view, which must not be moved meanwhile. */
	class iterator
	{
	public:
		using value_type = typename Source::value;
		using reference = const value_type &;
		using pointer = const value_type *;
		using difference_type = std::ptrdiff_t;
		using iterator_category = std::input_iterator_tag;

		iterator() noexcept = default;

		explicit iterator(input_view *range) : range_(range)
		{
			++*this;
		}

		/* Lifetime: until the next increment. */
		reference operator*() const noexcept
		{
			return range_->value_;
		}

		pointer operator->() const noexcept
		{
			return &range_->value_;
		}

		iterator &operator++()
		{
			input_view *range = range_;

			if (range->source_.next(range->value_))
				return *this;
			range_ = nullptr;
			range->end_of_source();
			return *this;
		}

		void operator++(int)
		{
			++*this;
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
		input_view *range_ = nullptr;
	};

	explicit input_view(Source &&source, on_error err) noexcept
		: source_(std::move(source)), code_(err.code())
	{
	}

	/* Call it once. */
	[[nodiscard]] iterator begin()
	{
		return iterator(this);
	}

	[[nodiscard]] iterator end() const noexcept
	{
		return iterator();
	}

	const Source &source() const noexcept
	{
		return source_;
	}

private:
	void end_of_source()
	{
		const int result = source_.error();

		if (result < 0)
			detail::fail(code_, result, true);
	}

	Source source_;
	typename Source::value value_{};
	std::error_code *code_;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#if MMREADER_RANGES
template <class Source>
inline constexpr bool std::ranges::enable_view<mmreader::view<Source>> = true;
template <class Source>
inline constexpr bool std::ranges::enable_view<mmreader::input_view<Source>> = true;
#endif

#endif
