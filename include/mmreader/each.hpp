/* each.hpp - callbacks for rows and records in several threads, with a state for each thread
 *
 * Like parallel.hpp. The library cuts between rows or records, so callbacks see whole ones only.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_EACH_HPP
#define MMREADER_EACH_HPP

#include <mmreader/parallel.hpp>
#include <mmreader/record.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* A row of a table, as in mmr_row. Lifetime: until the callback returns. */
class row
{
public:
	explicit row(const mmr_row &c) noexcept : row_(c)
	{
	}

	/* The number of cells, at least 1. */
	[[nodiscard]] std::size_t size() const noexcept
	{
		return row_.n_cells;
	}

	/* The index must be less than size(). */
	[[nodiscard]] cell operator[](std::size_t i) const noexcept
	{
		return detail::cell_source::get(row_.cells[i]);
	}

	/* With the line end, if there is one. */
	[[nodiscard]] std::string_view bytes() const noexcept
	{
		return detail::bytes(row_.bytes);
	}

	/* The offset, the number and whether the row is malformed. */
	[[nodiscard]] const mmr_row &get() const noexcept
	{
		return row_;
	}

private:
	const mmr_row &row_;
};

/* Calls `fn(State &mine, const row &)` for each row of a table, in several threads. `init` and
 * `merge` are as for parallel_reduce_blocks.
 *
 * Errors: those of mmr_each_row. */
template <class Init, class Fn, class Merge>
[[nodiscard]] auto parallel_reduce_rows(const reader &file, char separator,
	const scan_options &scan, const Init &init, Fn &&fn, Merge &&merge,
	on_error err = on_error())
{
	auto total = detail::make_state(init);
	auto work = [&fn](detail::state_of<Init> &mine, const mmr_row &c) {
		return detail::proceed(fn, mine, row(c));
	};
	using shared_job = detail::job<Init, decltype(work), std::remove_reference_t<Merge>>;
	shared_job shared{total, init, work, merge, {}};
	const mmr_scan_options c_scan = detail::to_c(scan);
	mmr_row_job c_job{};

	c_job.row = shared_job::template run<mmr_row>;
	c_job.start = shared_job::start;
	c_job.end = shared_job::end;
	c_job.context = &shared;
	c_job.state_size = sizeof(typename shared_job::worker);
	if (!file.closed(err))
		shared.calls.finish(mmr_each_row(file.get(), separator, &c_scan, &c_job), err);
	return total;
}

/* Calls `fn(State &mine, const record &)` for each record after the first `header` bytes, in
 * several threads. `init` and `merge` are as for parallel_reduce_blocks.
 *
 * Errors: EINVAL for an empty layout; those of mmr_each_record. */
template <class Init, class Fn, class Merge>
[[nodiscard]] auto parallel_reduce_records(const reader &file, const layout &layout,
	std::uint64_t header, const scan_options &scan, const Init &init, Fn &&fn, Merge &&merge,
	on_error err = on_error())
{
	auto total = detail::make_state(init);
	auto work = [&fn](detail::state_of<Init> &mine, const mmr_record &c) {
		return detail::proceed(fn, mine, record(detail::bytes(c.bytes)));
	};
	using shared_job = detail::job<Init, decltype(work), std::remove_reference_t<Merge>>;
	shared_job shared{total, init, work, merge, {}};
	const mmr_scan_options c_scan = detail::to_c(scan);
	mmr_record_job c_job{};

	c_job.record = shared_job::template run<mmr_record>;
	c_job.start = shared_job::start;
	c_job.end = shared_job::end;
	c_job.context = &shared;
	c_job.state_size = sizeof(typename shared_job::worker);
	if (!layout)
		err.failed_silently(-EINVAL);
	else if (!file.closed(err))
		shared.calls.finish(
			mmr_each_record(file.get(), layout.get(), header, &c_scan, &c_job), err);
	return total;
}

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
