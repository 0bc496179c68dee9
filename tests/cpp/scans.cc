/* scans.cc - scans, callbacks in several threads and their exceptions
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <vector>

using mmreader::errc;
using mmreader::reader;
using mmreader::scan_options;

static constexpr int n_lines = 300000;

/* About 4 MB, so that several threads have work. */
static const std::string text = numbered_lines(n_lines, 1000, 999, " ERROR");

static void test_counts(const reader &file)
{
	scan_options scan;

	CHECK(mmreader::count_lines(file) == n_lines);
	scan.first_line = 10;
	scan.n_lines = 5;
	CHECK(mmreader::count_lines(file, scan) == 5);

	const mmreader::byte_range range = mmreader::locate(file, scan);
	const std::string_view wanted = "line 10\nline 11\nline 12\nline 13\nline 14\n";

	CHECK(mmreader::cut_exactly(file, range.start, range.stop - range.start) == wanted);
	CHECK(mmreader::measure_lines(file).longest == 17);
	CHECK(mmreader::count_matches(file, "ERROR") == n_lines / 1000);
	CHECK(mmreader::line_at(file, 12345) == "line 12345\n");
	CHECK(mmreader::line_seek(file, 0, 2) == 14);
	CHECK(mmreader::line_number(file, 15) == 2);
	CHECK(mmreader::line_bounds(file, 15).start == 14);
	CHECK(mmreader::line_bounds(file, 15).stop == 21);
	CHECK(mmreader::shard(file, 1, 2).stop == mmreader::shard(file, 2, 2).start);
	CHECK_THROWS(std::errc::result_out_of_range, (void)mmreader::line_at(file, n_lines));
	CHECK_THROWS(std::errc::invalid_argument, (void)mmreader::shard(file, 3, 2));
	CHECK(mmreader::processors() >= 1);

	mmreader::progress progress;

	scan = {};
	scan.progress = progress.get();
	CHECK(progress.total() == 0);
	CHECK(mmreader::count_lines(file, scan) == n_lines);
	CHECK(progress.done() == text.size() && progress.total() == text.size());
}

static void test_blocks(const reader &file)
{
	std::string joined;
	std::size_t n = 0;
	mmreader::block_options cut;

	cut.window = 100000;
	for (const mmreader::block &block : mmreader::blocks(file, {}, cut)) {
		CHECK(block.off == joined.size() && block.bytes.back() == '\n');
		joined += block.bytes;
		n++;
	}
	CHECK(joined == text && n > 30);
	n = 0;
	CHECK(mmreader::for_each_line(
		file, {}, [&](std::string_view line) { n += line.substr(0, 5) == "line "; }));
	CHECK(n == n_lines);
	n = 0;
	CHECK(!mmreader::for_each_line(file, {}, [&](std::string_view) { return ++n < 10; }));
	CHECK(n == 10);

	const mmreader::split rows = mmreader::split::rows();
	scan_options scan;
	std::error_code code;

	scan.records = rows.get();
	CHECK_THROWS(std::errc::invalid_argument,
		mmreader::for_each_line(file, scan, [](std::string_view) {}));
	CHECK(!mmreader::for_each_line(
		file, scan, [](std::string_view) {}, code));
	CHECK(code == std::errc::invalid_argument);
	CHECK(mmreader::count_lines(file, scan) == n_lines);
	CHECK_THROWS(std::errc::invalid_argument,
		mmreader::for_each_line(file, threads(2), [](std::string_view) {}));
}

static void test_parallel(const reader &file)
{
	for (unsigned n : {1u, 2u, 7u}) {
		std::vector<std::atomic<unsigned char>> seen(n_lines);
		std::atomic<int> calls{0};

		CHECK(mmreader::parallel_for_each_line(
			file, threads(n), [&](std::string_view line) {
				const auto number = mmreader::to_number<std::size_t>(
					line.substr(5, line.find(' ', 5) - 5));

				CHECK(number && *number < n_lines);
				seen[*number]++;
			}));
		CHECK(std::all_of(
			seen.begin(), seen.end(), [](auto &times) { return times == 1; }));
		CHECK(!mmreader::parallel_for_each_line(
			file, threads(n), [&](std::string_view) { return ++calls < 10; }));
		CHECK(calls >= 10 && calls < n_lines);

		using lengths = std::map<std::size_t, int>;
		const lengths counts = mmreader::parallel_reduce_lines(
			file, threads(n), lengths(),
			[](lengths &mine, std::string_view line) { mine[line.size()]++; },
			[](lengths &total, lengths &&mine) {
				for (const auto &[length, times] : mine)
					total[length] += times;
			});
		lengths wanted;

		for (std::string_view line : mmreader::lines(text))
			wanted[line.size()]++;
		CHECK(counts == wanted);

		const auto bytes = mmreader::parallel_reduce_blocks(
			file, threads(n), {}, std::size_t{0},
			[](std::size_t &mine, const mmreader::block &block) {
				mine += block.bytes.size();
			},
			[](std::size_t &total, std::size_t mine) { total += mine; });

		CHECK(bytes == text.size());

		/* A state that cannot be copied. */
		const auto pool = mmreader::parallel_reduce_lines(
			file, threads(n), [] { return mmreader::intern_pool(); },
			[](mmreader::intern_pool &mine, std::string_view line) {
				mine.add(line.substr(0, 6));
			},
			[](mmreader::intern_pool &total, mmreader::intern_pool &&mine) {
				total.merge(mine);
			});

		CHECK(pool.size() == 10 && pool.find("line 7"));
	}
}

/* Counts its objects. */
struct counted {
	static inline std::atomic<int> n_alive{0};
	static inline std::atomic<int> copies_left{1000000};
	int lines = 0;

	counted()
	{
		n_alive++;
	}
	counted(const counted &other) : lines(other.lines)
	{
		if (--copies_left < 0)
			throw std::runtime_error("no more copies");
		n_alive++;
	}
	~counted()
	{
		n_alive--;
	}
	counted &operator=(const counted &) = default;
};

/* Whether a scan throws the std::runtime_error of a callback. */
template <class Scan> static bool rethrows(const char *message, Scan scan)
{
	try {
		scan();
	} catch (const std::runtime_error &error) {
		return error.what() == std::string(message);
	}
	return false;
}

static void test_exceptions(const reader &file)
{
	std::error_code code;

	for (unsigned n : {1u, 2u, 7u}) {
		std::atomic<int> calls{0};
		const auto fail = [&](std::string_view) {
			if (++calls == 5000)
				throw std::runtime_error("line 5000");
		};
		const auto count = [](counted &mine, std::string_view) { mine.lines++; };
		const auto add = [](counted &total, counted &&mine) { total.lines += mine.lines; };

		CHECK(rethrows("line 5000",
			[&] { mmreader::parallel_for_each_line(file, threads(n), fail); }));
		CHECK(calls < n_lines);
		calls = 0;
		CHECK(rethrows("line 5000",
			[&] { mmreader::parallel_for_each_line(file, threads(n), fail, code); }));

		CHECK(mmreader::parallel_reduce_lines(file, threads(n), counted(), count, add)
				.lines == n_lines);
		CHECK(counted::n_alive == 0);

		/* A state cannot be made: the first copy is the total. */
		counted::copies_left = 1;
		CHECK(rethrows("no more copies", [&] {
			(void)mmreader::parallel_reduce_lines(
				file, threads(n), counted(), count, add);
		}));
		counted::copies_left = 1000000;
		CHECK(counted::n_alive == 0);
		CHECK(rethrows("merge", [&] {
			(void)mmreader::parallel_reduce_lines(file, threads(n), counted(), count,
				[](counted &, counted &&) { throw std::runtime_error("merge"); });
		}));
		CHECK(counted::n_alive == 0);

		CHECK(rethrows("match", [&] {
			mmreader::for_each_match(file, "ERROR", threads(n),
				[](const mmr_match &) { throw std::runtime_error("match"); });
		}));
	}
	CHECK(rethrows("in order", [&] {
		mmreader::for_each_line(
			file, {}, [](std::string_view) { throw std::runtime_error("in order"); });
	}));
}

static void test_matches(const reader &file)
{
	std::vector<std::uint64_t> lines;

	CHECK(mmreader::for_each_match(
		file, "ERROR", {},
		[&](const mmr_match &match) {
			CHECK(mmreader::cut_exactly(file, match.off, match.len) == "ERROR");
			lines.push_back(match.line);
		},
		MMR_MATCH_LINES));
	CHECK(lines.size() == n_lines / 1000 && lines[0] == 999 && lines.back() == n_lines - 1);
	lines.clear();
	CHECK(!mmreader::for_each_match(file, "ERROR", {}, [&](const mmr_match &match) {
		lines.push_back(match.off);
		return lines.size() < 3;
	}));
	CHECK(lines.size() == 3);
}

static void test_rows_and_records()
{
	std::string table, bytes = "head";
	const mmreader::layout layout("a:u8,b:u8");
	const auto add = [](std::size_t &total, std::size_t mine) { total += mine; };
	std::size_t wanted = 0, wanted_bytes = 0;

	for (unsigned i = 0; i < 100000; i++) {
		table += "\"a\n" + std::to_string(i) + "\"," + std::to_string(i % 7) + "\n";
		bytes += {'x', static_cast<char>(i % 100)};
		wanted += i % 7;
		wanted_bytes += i % 100;
	}
	for (unsigned n : {1u, 7u}) {
		const reader rows = reader::from_memory(table),
			     records = reader::from_memory(bytes);
		const auto add_row = [](std::size_t &mine, const mmreader::row &row) {
			CHECK(row.size() == 2 && row[0].quoted && row.bytes().back() == '\n');
			mine += mmreader::to_number<std::size_t>(row[1].text).value_or(1000);
		};
		const auto add_record = [&](std::size_t &mine, const mmreader::record &record) {
			mine += record.get<std::size_t>(layout.field(1));
		};

		CHECK(mmreader::parallel_reduce_rows(
			      rows, ',', threads(n), std::size_t{0}, add_row, add) == wanted);
		CHECK(mmreader::parallel_reduce_records(records, layout, 4, threads(n),
			      std::size_t{0}, add_record, add) == wanted_bytes);
		CHECK(rethrows("row", [&] {
			(void)mmreader::parallel_reduce_rows(
				rows, ',', threads(n), 0,
				[](int &, const mmreader::row &) {
					throw std::runtime_error("row");
				},
				[](int &, int) {});
		}));
		CHECK_THROWS(std::errc::bad_message,
			(void)mmreader::parallel_reduce_records(
				records, layout, 3, threads(n), std::size_t{0}, add_record, add));
		CHECK_THROWS(std::errc::invalid_argument,
			(void)mmreader::parallel_reduce_records(records, mmreader::layout(), 4,
				threads(n), std::size_t{0}, add_record, add));
	}
}

static void test_numbers()
{
	const std::array<int, 4> numbers = {1, -2, 30, 4};
	const reader file = reader::from_memory(
		{reinterpret_cast<const char *>(numbers.data()), sizeof(numbers)});

	CHECK(mmreader::sum_numbers<int>(file).sum_low == 33);
	CHECK(mmreader::sum_numbers<int>(file, MMR_NATIVE, 8).sum_low == 31);
	CHECK_THROWS(std::errc::bad_message,
		(void)mmreader::sum_numbers<int>(reader::from_memory("abcde")));
}

/* A file that is truncated below a loop is an error, not a signal. */
static void test_truncation()
{
	const temporary file(text);
	mmreader::reader_options options;

	options.backing = MMR_BACKING_MAPPED;

	const reader mapped(file.path(), options);

	CHECK(truncate(file.path().c_str(), 8192) == 0);
	CHECK_THROWS(errc::truncated, for (std::string_view line
					      : mmreader::lines(mapped)) CHECK(line.size() < 20));
	CHECK_THROWS(errc::truncated, (void)mmreader::count_lines(mapped));
	CHECK_THROWS(errc::truncated,
		mmreader::parallel_for_each_line(mapped, {}, [](std::string_view) {}));
	try {
		(void)mmreader::count_lines(mapped);
	} catch (const mmreader::error &error) {
		CHECK(error.offset() && *error.offset() <= text.size());
	}
}

static void test_compare()
{
	const std::string one = "same\nleft\nend", two = "same\nlift\nend and more";
	mmreader::reader a = mmreader::reader::from_memory(one);
	mmreader::reader b = mmreader::reader::from_memory(two);
	mmreader::compare_options options;
	mmr_comparison result;

	options.lines = true;
	result = mmreader::compare(a, b, {}, {}, options);
	CHECK(result.first == 6 && result.line == 1 && result.different == 1);
	CHECK(result.shorter == 1 && result.compared == one.size());
	CHECK(result.bytes[0] == 'e' && result.bytes[1] == 'i');
	mmreader::scan_options start;
	start.length = 5;
	result = mmreader::compare(a, b, start, start);
	CHECK(result.first == mmreader::rest && result.shorter == 0);
	CHECK_THROWS(
		std::errc::bad_file_descriptor, (void)mmreader::compare(a, mmreader::reader()));
}

int main()
{
	const temporary path(text);
	const reader file(path.path());

	mmreader::install_guard();
	test_counts(file);
	test_blocks(file);
	test_parallel(file);
	test_exceptions(file);
	test_matches(file);
	test_rows_and_records();
	test_numbers();
	test_compare();
	test_truncation();
	return n_failed != 0;
}
