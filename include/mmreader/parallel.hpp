/* parallel.hpp - callbacks for blocks and lines in several threads, with a state for each thread
 *
 *	using words = std::map<std::string, int, std::less<>>;
 *
 *	words total = mmreader::parallel_reduce_lines(
 *		file, {}, words(),
 *		[](words &mine, std::string_view line) { ++mine[std::string(line)]; },
 *		[](words &total, words &&mine) {
 *			for (auto &[word, n] : mine)
 *				total[word] += n;
 *		});
 *
 * An exception of a callback stops the scan, and is thrown by the call when all workers have ended;
 * of several, the first one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_PARALLEL_HPP
#define MMREADER_PARALLEL_HPP

#include <mmreader/scan.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

namespace detail
{

/* A state that `init` is or makes. */
template <class Init> auto make_state(const Init &init)
{
	if constexpr (std::is_invocable_v<const Init &>)
		return init();
	else
		return init;
}

template <class Init> using state_of = decltype(make_state(std::declval<const Init &>()));

/* What the workers of a scan share. */
template <class Init, class Work, class Merge> struct job {
	using state = state_of<Init>;

	state &total;
	const Init &init;
	Work &work;
	Merge &merge;
	callbacks calls;

	/* The state of a worker, in memory of the library. */
	struct worker {
		job *shared;
		state mine;
	};
	static_assert(alignof(worker) <= 128, "the library aligns states to 128 bytes");

	static int start(void *memory, void *context) noexcept
	{
		auto *shared = static_cast<job *>(context);

		return shared->calls.guarded([&] {
			::new (memory) worker{shared, make_state(shared->init)};
			return 0;
		});
	}

	template <class Item> static int run(void *memory, const Item *item) noexcept
	{
		auto *self = static_cast<worker *>(memory);

		return self->shared->calls.guarded(
			[&] { return self->shared->work(self->mine, *item); });
	}

	static void end(void *memory, void *context) noexcept
	{
		auto *shared = static_cast<job *>(context);
		auto *self = static_cast<worker *>(memory);

		shared->calls.guarded([&] {
			shared->merge(shared->total, std::move(self->mine));
			return 0;
		});
		self->~worker();
	}
};

/* Runs `work(State &, const mmr_block &)`, which returns a result of the C library. Returns:
 * whether it was not stopped. */
template <class Init, class Work, class Merge>
bool reduce(state_of<Init> &total, const reader &file, const scan_options &scan,
	const block_options &cut, const Init &init, Work work, Merge &merge, on_error err)
{
	using shared_job = job<Init, Work, Merge>;
	using worker = typename shared_job::worker;
	shared_job shared{total, init, work, merge, {}};
	const mmr_scan_options c_scan = to_c(scan);
	const mmr_block_options c_cut = to_c(cut);
	mmr_scan_job c_job{};

	c_job.work = shared_job::template run<mmr_block>;
	c_job.start = shared_job::start;
	c_job.end = shared_job::end;
	c_job.context = &shared;
	c_job.state_size = sizeof(worker);
	return !file.closed(err) &&
	       shared.calls.finish(mmr_scan_run(file.get(), &c_scan, &c_cut, &c_job), err);
}

struct nothing {
};

} // namespace detail

/* Calls `fn(State &mine, const block &)` for each block, in several threads. Each worker has a
 * state of its own. `init` is a state, which is copied, or a function that makes one. It must be
 * neutral: adding it changes nothing. At the end `merge(State &total, State &&mine)` adds the
 * states to a further one, one after the other. Blocks are processed in no order. `fn` may return
 * false to stop early.
 *
 * Returns: the total. If an error is stored, it is incomplete.
 * Errors: those of mmr_scan_run. */
template <class Init, class Fn, class Merge>
[[nodiscard]] auto parallel_reduce_blocks(const reader &file, const scan_options &scan,
	const block_options &cut, const Init &init, Fn &&fn, Merge &&merge,
	on_error err = on_error())
{
	auto total = detail::make_state(init);
	const auto work = [&fn](detail::state_of<Init> &mine, const mmr_block &c) {
		return detail::proceed(fn, mine, detail::from_c(c));
	};

	detail::reduce(total, file, scan, cut, init, work, merge, err);
	return total;
}

/* Like parallel_reduce_blocks, with `fn(State &mine, std::string_view line)` for each line, without
 * its delimiter.
 *
 * Errors: EINVAL for records; those of mmr_scan_run. */
template <class Init, class Fn, class Merge>
[[nodiscard]] auto parallel_reduce_lines(const reader &file, const scan_options &scan,
	const Init &init, Fn &&fn, Merge &&merge, on_error err = on_error())
{
	auto total = detail::make_state(init);
	const auto work = [&fn, &scan](detail::state_of<Init> &mine, const mmr_block &block) {
		return detail::each_line(block.bytes, scan.delimiter,
			[&](std::string_view line) { return detail::proceed(fn, mine, line); });
	};

	if (!detail::refuses_records(scan, err))
		detail::reduce(total, file, scan, {}, init, work, merge, err);
	return total;
}

/* Calls `fn(std::string_view line)` for each line, in no order and in several threads at once. `fn`
 * may return false to stop. Returns: whether it did not.
 *
 * Errors: like parallel_reduce_lines.
 * Threads: `fn` is called at the same time by all workers. */
template <class Fn>
bool parallel_for_each_line(
	const reader &file, const scan_options &scan, Fn &&fn, on_error err = on_error())
{
	const auto work = [&fn, &scan](detail::nothing &, const mmr_block &block) {
		return detail::each_line(block.bytes, scan.delimiter,
			[&](std::string_view line) { return detail::proceed(fn, line); });
	};
	const auto merge = [](detail::nothing &, detail::nothing &&) {};

	detail::nothing none;

	return !detail::refuses_records(scan, err) &&
	       detail::reduce(none, file, scan, {}, none, work, merge, err);
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
