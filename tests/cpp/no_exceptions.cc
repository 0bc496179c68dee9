/* no_exceptions.cc - the whole of mmreader.hpp with -fno-exceptions
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <atomic>

#if MMREADER_EXCEPTIONS
#error "this test is compiled with -fno-exceptions"
#endif

using mmreader::errc;
using mmreader::reader;

int main()
{
	std::error_code code;
	const temporary path("id,name\n1,\"a\"\n2,b\n");
	reader file(path.path(), {}, code), missing("/nonexistent/file", {}, code);
	std::string all;
	std::atomic<int> n{0};

	CHECK(!missing && code == std::errc::no_such_file_or_directory);
	CHECK(std::string(mmreader::last_error()).find("/nonexistent/file") != std::string::npos);
	mmreader::install_guard(code);
	CHECK(file && !code);
	for (std::string_view line : mmreader::lines(file, {}, code))
		for (std::string_view field : mmreader::fields(line, ',', code))
			all += field;
	CHECK(!code && all == "idname1\"a\"2b");
	all.clear();
	for (const auto &row : mmreader::rows(file, ',', code))
		for (const mmreader::cell &cell : row)
			all += cell.str(code);
	CHECK(!code && all == "idname1a2b");
	for (const mmreader::cell &cell : mmreader::cells("\"", ',', code))
		all += cell.text;
	CHECK(code == errc::unclosed_quote);
	CHECK(mmreader::count_lines(file, {}, code) == 3 && !code);
	CHECK(mmreader::count_lines(missing, {}, code) == 0);
	CHECK(code == std::errc::bad_file_descriptor);
	CHECK(mmreader::parallel_for_each_line(
		file, {}, [&](std::string_view) { n++; }, code));
	CHECK(n == 3 && !code);

	const auto bytes = mmreader::parallel_reduce_lines(
		file, {}, std::size_t{0},
		[](std::size_t &mine, std::string_view line) { mine += line.size(); },
		[](std::size_t &total, std::size_t mine) { total += mine; }, code);

	CHECK(bytes == 15 && !code);
	CHECK(!mmreader::for_each_line(
		      missing, {}, [](std::string_view) {}, code) &&
		code);

	const mmreader::search search({"a"}, {}, code);

	CHECK(search.count(file, {}, code) == 2 && !code);

	mmreader::search_options options;

	options.filter = [](std::string_view line, std::uint64_t off) {
		return off > 0 && line.size() == 6;
	};

	const mmreader::search filtered({"a"}, options, code);

	CHECK(filtered.count(file, {}, code) == 1 && !code);
	CHECK(mmreader::for_each_found(
		file, filtered, {}, {},
		[](const mmreader::found_line &line) { CHECK(line.bytes == "1,\"a\"\n"); }, code));

	mmreader::exact_sum tenths;

	CHECK(tenths.add(mmreader::to_decimal("0.3", code).value_or(mmr_decimal{}), 1) && !code);
	CHECK(tenths.mean(10) == 0.3);

	const mmreader::array<std::uint16_t> array("abc", MMR_NATIVE, 0, code);

	CHECK(array.empty() && code == std::errc::bad_message);

	const mmreader::layout layout("id:u8,x:u8", code);

	all.clear();
	for (mmreader::record record : mmreader::records(layout, "aAbB", 0, code))
		all += static_cast<char>(record.get<unsigned char>(layout.field(1), code));
	CHECK(all == "AB" && !code);

	mmreader::intern_pool pool(false, 0, code);

	CHECK(pool.add("x", code) == 0 && !code);
	return n_failed != 0;
}
