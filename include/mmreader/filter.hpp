/* filter.hpp - decides which of the lines that match a search finds
 *
 *	mmreader::search_options options;
 *
 *	options.filter = [](std::string_view line, std::uint64_t) { return line.size() < 100; };
 *
 *	const auto n = mmreader::search({"ERROR"}, options).count(file);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FILTER_HPP
#define MMREADER_FILTER_HPP

#include <mmreader/scan.hpp>

#include <climits>
#include <functional>
#include <vector>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* A function that decides about a line, as in mmr_search_filter:
 *
 *	bool(std::string_view line, std::uint64_t off)
 *
 * The line has its delimiter. It starts at byte `off` of the reader. The result, true to keep it,
 * must depend on nothing else.
 *
 * Each search owns a copy of the function, and each worker of a scan calls a further copy. So a
 * function object may have members that are memory for its calls. What it has references to is
 * used by several threads at once.
 *
 * An exception ends the search before this line, and is thrown by the call that searches. It is
 * discarded if the search ends earlier. */
class search_filter
{
public:
	using function = std::function<bool(std::string_view, std::uint64_t)>;

	/* All lines are kept. */
	search_filter() noexcept = default;

	template <class Fn, class = std::enable_if_t<
				    std::is_invocable_v<Fn &, std::string_view, std::uint64_t>>>
	search_filter(Fn fn) : function_(std::move(fn))
	{
		using result = std::invoke_result_t<Fn &, std::string_view, std::uint64_t>;

		static_assert(std::is_same_v<result, bool>, "a filter returns true to keep a line");
	}

	explicit operator bool() const noexcept
	{
		return static_cast<bool>(function_);
	}

	[[nodiscard]] const function &get() const noexcept
	{
		return function_;
	}

private:
	function function_;
};

namespace detail
{

#if MMREADER_EXCEPTIONS
/* The exceptions of a filter, until the scans of its search end. Each has a code, with which the
 * scan ends that throws it. Other scans of the search may run at the same time. A scan may also
 * pass lines to the filter that turn out not to be wanted. */
class filter_exceptions
{
public:
	/* Runs code that returns a result of the C library. */
	template <class Code> int guarded(Code &&code) noexcept
	{
		try {
			return code();
		} catch (...) {
			return store();
		}
	}

	/* Makes a call of the C library that scans. Throws the exception with which it ends, or
	 * returns its result. */
	template <class Call> int scan(Call &&call)
	{
		const running one(*this);
		const int result = call();

		if (result <= no_memory)
			rethrow(result);
		return result;
	}

private:
	/* The library has no codes as low as these. */
	static constexpr int no_memory = -(1 << 20);
	static constexpr int first = no_memory - 1;

	struct thrown {
		int code;
		std::exception_ptr exception;
	};

	/* Exceptions that remain when the last scan ends are never thrown. */
	class running
	{
	public:
		explicit running(filter_exceptions &all) : all_(all)
		{
			const std::lock_guard<std::mutex> lock(all_.mutex_);

			all_.n_running_++;
		}

		running(const running &) = delete;
		running &operator=(const running &) = delete;

		~running()
		{
			std::vector<thrown> unused; /* destroyed without the lock */
			const std::lock_guard<std::mutex> lock(all_.mutex_);

			if (--all_.n_running_ == 0)
				unused.swap(all_.thrown_);
		}

	private:
		filter_exceptions &all_;
	};

	/* Stores the exception that is handled. Returns: its code. */
	int store() noexcept
	{
		const std::lock_guard<std::mutex> lock(mutex_);

		try {
			thrown_.push_back({next_, std::current_exception()});
		} catch (...) {
			return no_memory;
		}
		return std::exchange(next_, next_ == INT_MIN ? first : next_ - 1);
	}

	void rethrow(int code)
	{
		std::exception_ptr exception;

		if (code == no_memory)
			throw std::bad_alloc();
		{
			const std::lock_guard<std::mutex> lock(mutex_);

			for (thrown &one : thrown_)
				if (one.code == code)
					exception = std::exchange(one.exception, nullptr);
		}
		if (exception)
			std::rethrow_exception(std::move(exception));
	}

	std::mutex mutex_;
	std::vector<thrown> thrown_;
	int next_ = first;
	unsigned n_running_ = 0;
};
#else
class filter_exceptions
{
public:
	template <class Code> int guarded(Code &&code) noexcept
	{
		return code();
	}

	template <class Call> int scan(Call &&call)
	{
		return call();
	}
};
#endif

/* The filter of a search, as the C library calls it. It is not moved. */
class filter_calls
{
public:
	explicit filter_calls(const search_filter &filter) : function_(filter.get())
	{
		c_.keep = keep;
		c_.start = start;
		c_.end = end;
		c_.context = this;
		c_.state_size = sizeof(worker);
	}

	filter_calls(const filter_calls &) = delete;
	filter_calls &operator=(const filter_calls &) = delete;

	const mmr_search_filter *get() const noexcept
	{
		return &c_;
	}

	filter_exceptions &exceptions() noexcept
	{
		return exceptions_;
	}

private:
	/* The state of a worker, in memory of the library. */
	struct worker {
		filter_exceptions &exceptions;
		search_filter::function function;
	};
	static_assert(alignof(worker) <= alignof(std::max_align_t),
		"the library aligns states as malloc does");

	static int start(void *memory, void *context) noexcept
	{
		auto *self = static_cast<filter_calls *>(context);

		return self->exceptions_.guarded([&] {
			::new (memory) worker{self->exceptions_, self->function_};
			return 0;
		});
	}

	static int keep(void *memory, mmr_slice line, std::uint64_t off) noexcept
	{
		auto *self = static_cast<worker *>(memory);

		return self->exceptions.guarded(
			[&] { return self->function(bytes(line), off) ? 1 : 0; });
	}

	static void end(void *memory, void *) noexcept
	{
		static_cast<worker *>(memory)->~worker();
	}

	search_filter::function function_;
	filter_exceptions exceptions_;
	mmr_search_filter c_{};
};

} // namespace detail

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
