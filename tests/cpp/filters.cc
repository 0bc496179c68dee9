/* filters.cc - filters of searches in mmreader.hpp: their lines, states, exceptions and lifetime
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <atomic>
#include <thread>
#include <vector>

using mmreader::reader;
using mmreader::scan_options;
using mmreader::search;
using mmreader::search_options;

static constexpr int n_lines = 300000;

/* About 4 MB, so that several threads have work. Every third line matches "x". */
static const std::string text = numbered_lines(n_lines, 3, 0, " x");

static int number_of(std::string_view line)
{
	return mmreader::to_number<int>(line.substr(5, line.find_first_of(" \n", 5) - 5)).value();
}

static bool is_even(std::string_view line, std::uint64_t)
{
	return number_of(line) % 2 == 0;
}

static search with_filter(mmreader::search_filter filter, bool invert = false)
{
	search_options options;

	options.filter = std::move(filter);
	options.invert = invert;
	return search({"x"}, options);
}

/* The numbers of the lines that are found. */
static std::vector<int> found(const reader &file, const search &search, unsigned n_threads,
	const mmreader::found_options &how = {})
{
	std::vector<int> numbers;

	CHECK(mmreader::for_each_found(
		file, search, threads(n_threads), how, [&](const mmreader::found_line &line) {
			if (!line.is_context)
				numbers.push_back(number_of(line.bytes));
		}));
	return numbers;
}

static void test_results(const reader &file)
{
	const std::string_view bytes = file.bytes();
	const search even = with_filter(is_even), others = with_filter(is_even, true);
	const search exact = with_filter([bytes](std::string_view line, std::uint64_t off) {
		return line.back() == '\n' && bytes.substr(off, line.size()) == line &&
		       (off == 0 || bytes[off - 1] == '\n');
	});
	std::vector<int> wanted;

	for (int i = 0; i < n_lines; i += 6)
		wanted.push_back(i);
	for (unsigned n : {1u, 2u, 7u}) {
		mmreader::found_options how;

		CHECK(even.count(file, threads(n)) == wanted.size());
		CHECK(others.count(file, threads(n)) == n_lines - wanted.size());
		CHECK(exact.count(file, threads(n)) == n_lines / 3);
		CHECK(found(file, even, n) == wanted);
		how.max_lines = 2;
		how.after = 1;
		CHECK((found(file, even, n, how) == std::vector<int>{0, 6}));
		how = {};
		how.sample = 10;
		for (int number : found(file, even, n, how))
			CHECK(number % 6 == 0);
	}
}

/* What a filter is made of. */
static void test_functions(const reader &file)
{
	const mmreader::search_filter none, empty = mmreader::search_filter::function();
	bool (*null)(std::string_view, std::uint64_t) = nullptr;
	mmreader::search_filter from_null = null, even = is_even;

	CHECK(!none && !empty && !from_null && even);
	CHECK(even.get()("line 2", 0) && !even.get()("line 3", 0));
	CHECK(with_filter(empty).count(file) == n_lines / 3);
	CHECK(with_filter([](auto line, auto) { return line.size() > 13; }).count(file) == 66666);
	CHECK_THROWS(std::errc::invalid_argument, search_options options; options.filter = is_even;
		     search({}, options));
}

static void test_units()
{
	const std::string table = "1,\"a\nx\"\n2,x\n3,\"x\n\"\n";
	const reader file = reader::from_memory(table);
	const mmreader::split rows = mmreader::split::rows();
	search_options options;
	scan_options scan;

	scan.records = options.records = rows.get();
	options.filter = [](std::string_view row, std::uint64_t off) {
		return off == 0 ? row == "1,\"a\nx\"\n" : row[0] == '3';
	};
	CHECK(search({"x"}, options).count(file, scan) == 2);
}

/* A filter with memory for its calls, which counts its objects. */
struct counted {
	static inline std::atomic<int> n_alive{0};
	static inline std::atomic<int> copies_left{1000000};
	std::string copy;
	std::uint64_t busy = 0;

	counted()
	{
		n_alive++;
	}
	counted(const counted &other) : copy(other.copy)
	{
		if (--copies_left < 0)
			throw std::runtime_error("no more copies");
		n_alive++;
	}
	~counted()
	{
		n_alive--;
	}
	counted &operator=(const counted &) = delete;

	bool operator()(std::string_view line, std::uint64_t off)
	{
		busy = off;
		copy = line;
		return is_even(copy, off) && busy == off;
	}
};

/* Whether a scan throws the std::runtime_error of a callback. */
template <class Scan> static bool rethrows(const char *message, Scan scan)
{
	try {
		scan();
	} catch (const std::runtime_error &error) {
		if (error.what() != std::string(message))
			std::fprintf(stderr, "another error: %s\n", error.what());
		return error.what() == std::string(message);
	}
	return false;
}

static void test_states(const reader &file)
{
	{
		const search even = with_filter(counted());

		CHECK(counted::n_alive == 1);
		for (unsigned n : {1u, 2u, 7u}) {
			CHECK(even.count(file, threads(n)) == n_lines / 6);
			CHECK(found(file, even, n).size() == n_lines / 6);
			CHECK(counted::n_alive == 1);
			for (int left : {0, 1}) {
				counted::copies_left = left;
				CHECK(left >= static_cast<int>(n) ||
					rethrows("no more copies",
						[&] { (void)even.count(file, threads(n)); }));
				counted::copies_left = 1000000;
				CHECK(counted::n_alive == 1);
			}
		}
		CHECK(counted::n_alive == 1);
		counted::copies_left = 1;
		CHECK(rethrows("no more copies", [] { with_filter(counted()); }));
		counted::copies_left = 1000000;
		CHECK(counted::n_alive == 1);
	}
	CHECK(counted::n_alive == 0);
}

/* The search owns the function. */
static void test_lifetime(const reader &file)
{
	const auto limit = std::make_shared<int>(0);
	const auto below = [&limit](int most) {
		*limit = most;
		return with_filter([limit](std::string_view line, std::uint64_t) {
			return number_of(line) < *limit;
		});
	};

	search first = below(300);

	CHECK(limit.use_count() == 2 && first.count(file) == 100);

	search second = std::move(first);

	CHECK(limit.use_count() == 2 && second.count(file) == 100);
	CHECK(!first);
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)first.count(file));
	first = below(30);
	CHECK(limit.use_count() == 3 && first.count(file) == 10);
	first = std::move(second);
	CHECK(limit.use_count() == 2 && first.count(file) == 10);
	for (std::string_view match : mmreader::matches("line 50 x", first))
		CHECK(match == "x");
	first = search({"x"});
	CHECK(limit.use_count() == 1 && first.count(file) == n_lines / 3);
}

static bool fail_from(std::string_view line, int number)
{
	if (number_of(line) >= number)
		throw std::runtime_error("line " + std::to_string(number_of(line)));
	return true;
}

static void test_exceptions(const reader &file)
{
	std::error_code code;

	for (unsigned n : {1u, 2u, 7u}) {
		const search at_once = with_filter([](std::string_view, std::uint64_t) -> bool {
			throw std::runtime_error("at once");
		});
		const search late =
			with_filter([](auto line, auto) { return fail_from(line, n_lines / 2); });
		const auto nothing = [](const mmreader::found_line &) {};
		mmreader::found_options how;
		std::vector<int> numbers;

		CHECK(rethrows("at once", [&] { (void)at_once.count(file, threads(n)); }));
		CHECK(rethrows("at once", [&] { (void)at_once.count(file, threads(n), code); }));
		CHECK(rethrows("at once",
			[&] { mmreader::for_each_found(file, at_once, threads(n), {}, nothing); }));
		how.sample = 5;
		CHECK(rethrows("at once", [&] {
			mmreader::for_each_found(file, at_once, threads(n), how, nothing, code);
		}));

		/* The lines before are found. */
		CHECK(rethrows("line 150000", [&] {
			mmreader::for_each_found(file, late, threads(n), {}, [&](const auto &line) {
				numbers.push_back(number_of(line.bytes));
			});
		}));
		CHECK(numbers.size() == n_lines / 6 && numbers.back() == n_lines / 2 - 3);

		/* Lines that are not wanted cause no error. */
		how = {};
		how.max_lines = n_lines / 6;
		CHECK(found(file, late, n, how) == numbers);
		CHECK(!mmreader::for_each_found(file, late, threads(n), {},
			[&](const auto &line) { return number_of(line.bytes) < n_lines / 2 - 3; }));
		CHECK(rethrows("found", [&] {
			mmreader::for_each_found(file, late, threads(n), {}, [&](const auto &line) {
				if (number_of(line.bytes) == n_lines / 2 - 3)
					throw std::runtime_error("found");
			});
		}));
		scan_options scan = threads(n);
		scan.n_lines = n_lines / 2;
		CHECK(late.count(file, scan) == n_lines / 6);
		scan.n_lines++;
		CHECK(rethrows("line 150000", [&] { (void)late.count(file, scan); }));
	}
}

/* Each of several scans of one search throws its own exception. */
static void test_concurrent_scans()
{
	const search failing = with_filter([](std::string_view line, std::uint64_t) -> bool {
		throw std::runtime_error(std::string(line.substr(0, 1)));
	});
	std::vector<std::thread> others;
	std::atomic<int> n_right{0};

	for (const char *name : {"a", "b", "c"})
		others.emplace_back([&, name] {
			std::string lines;

			for (int i = 0; i < n_lines; i++)
				lines += std::string(name) + " x\n";
			for (int i = 0; i < 50; i++)
				n_right += rethrows(name, [&] {
					(void)failing.count(reader::from_memory(lines), threads(3));
				});
		});
	for (std::thread &other : others)
		other.join();
	CHECK(n_right == 150);

	/* A scan in a callback of another one, whose exception waits for its turn. */
	const search late = with_filter([](std::string_view line, std::uint64_t) {
		if (line[0] == 'i')
			throw std::runtime_error("inner");
		return fail_from(line, 1000);
	});
	const reader outer = reader::from_memory(text), inner = reader::from_memory("inner x");

	for (unsigned n : {1u, 3u}) {
		int n_found = 0;

		CHECK(rethrows("line 1002", [&] {
			mmreader::for_each_found(outer, late, threads(n), {}, [&](const auto &) {
				CHECK(rethrows("inner", [&] { (void)late.count(inner); }));
				n_found++;
			});
		}));
		CHECK(n_found == 334);
	}
}

static void test_c_calls(const reader &file)
{
	const search late =
		with_filter([](auto line, auto) { return fail_from(line, n_lines / 2); });
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	std::uint64_t n = 0;
	int result = mmr_search_count(late.get(), file.get(), nullptr, &n);

	CHECK(result < MMR_EREPLACED);
	CHECK(rethrows("line 150000", [&] {
		scan.n_threads = 1;
		result = late.call(
			[&] { return mmr_search_count(late.get(), file.get(), &scan, &n); });
	}));
	scan.n_lines = 6;
	result = late.call([&] { return mmr_search_count(late.get(), file.get(), &scan, &n); });
	CHECK(result == 0 && n == 2);
	CHECK(search({"x"}).call([] { return -EINVAL; }) == -EINVAL);
}

static void test_pipe()
{
	const search even = with_filter(is_even);
	int ends[2];

	CHECK(pipe(ends) == 0);

	std::thread writer([&] {
		std::size_t at = 0;
		ssize_t n = 0;

		while (n >= 0 && at < text.size()) {
			n = write(ends[1], text.data() + at, text.size() - at);
			at += static_cast<std::size_t>(n);
		}
		close(ends[1]);
	});
	const reader file = reader::from_fd(ends[0]);

	CHECK(even.count(file, threads(3)) == n_lines / 6);
	writer.join();
	close(ends[0]);
}

int main()
{
	const temporary path(text);
	const reader file(path.path());

	test_results(file);
	test_functions(file);
	test_units();
	test_states(file);
	test_lifetime(file);
	test_exceptions(file);
	test_concurrent_scans();
	test_c_calls(file);
	test_pipe();
	return n_failed != 0;
}
