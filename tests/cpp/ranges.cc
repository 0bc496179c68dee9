/* ranges.cc - lines, fields, cells, matches and chunks are ranges
 *
 * Expected elements come from loops over single bytes, or are listed.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using mmreader::errc;
using texts = std::vector<std::string>;

#if MMREADER_RANGES
static_assert(std::ranges::input_range<mmreader::lines_view>);
static_assert(std::ranges::view<mmreader::lines_view>);
static_assert(std::ranges::view<mmreader::reverse_lines_view>);
static_assert(std::ranges::view<mmreader::fields_view>);
static_assert(std::ranges::view<mmreader::cells_view>);
static_assert(std::ranges::view<mmreader::rows_view>);
static_assert(std::ranges::view<mmreader::matches_view>);
static_assert(std::ranges::view<mmreader::positions_view>);
static_assert(std::ranges::view<mmreader::chunks_view>);
static_assert(std::ranges::view<mmreader::extents_view>);
static_assert(std::ranges::view<mmreader::records_view>);
static_assert(std::ranges::view<mmreader::blocks_view>);
static_assert(std::ranges::view<mmreader::regex_matches_view>);
static_assert(std::ranges::input_range<mmreader::line_matches_view>);
static_assert(std::ranges::common_range<mmreader::lines_view>);
static_assert(!std::ranges::borrowed_range<mmreader::lines_view>);
#endif

template <class Range> static texts list(Range &&range)
{
	texts all;

	for (auto &&element : range)
		all.emplace_back(element);
	return all;
}

/* The lines of a text, byte by byte. */
static texts naive_lines(std::string_view bytes, const mmreader::line_options &options)
{
	texts all;
	std::string line;

	for (char byte : bytes) {
		if (byte != options.delimiter) {
			line += byte;
			continue;
		}
		if (options.keep)
			line += byte;
		else if (options.crlf && !line.empty() && line.back() == '\r')
			line.pop_back();
		all.push_back(line);
		line.clear();
	}
	if (!line.empty())
		all.push_back(line);
	return all;
}

static void check_lines(const std::string &bytes)
{
	for (char delimiter : {'\n', '\0', 'a'}) {
		for (int flags = 0; flags < 4; flags++) {
			const mmreader::line_options options = {
				delimiter, (flags & 1) != 0, (flags & 2) != 0};
			texts wanted = naive_lines(bytes, options);

			CHECK(list(mmreader::lines(bytes, options)) == wanted);
			std::reverse(wanted.begin(), wanted.end());
			CHECK(list(mmreader::reverse_lines(bytes, options)) == wanted);
		}
	}
}

/* Texts of all lengths around the batches of 256 lines and 4 KiB. */
static void test_lines()
{
	std::string text;
	unsigned seed = 1;

	for (const char *bytes : {"", "\n", "a", "a\n", "\n\n", "\r\n", "a\r\nb\r", "\r", "a\n\r"})
		check_lines(bytes);
	for (int length : {1, 7, 255, 256, 257, 300, 4095, 4096, 4097, 9000, 70000}) {
		for (int share : {1, 3, 50, 5000, 100000}) {
			text.clear();
			while (text.size() < static_cast<std::size_t>(length)) {
				seed = seed * 1103515245 + 12345;
				text += seed / 65536 % static_cast<unsigned>(share) == 0 ? '\n'
					: seed / 65536 % 7 == 0                          ? '\r'
											 : 'x';
			}
			check_lines(text);
		}
	}
}

static void test_algorithms()
{
	const std::string text = "delta\nalpha\n\ncharlie\nbravo";
	auto lines = mmreader::lines(text);
	const auto length = [](std::size_t sum, std::string_view line) {
		return sum + line.size();
	};

	CHECK(std::distance(lines.begin(), lines.end()) == 5);
	CHECK(std::count_if(lines.begin(), lines.end(),
		      [](std::string_view line) { return line.empty(); }) == 1);
	CHECK(*std::find(lines.begin(), lines.end(), "charlie") == "charlie");
	CHECK(std::find(lines.begin(), lines.end(), "none") == lines.end());
	CHECK(std::accumulate(lines.begin(), lines.end(), std::size_t{0}, length) == 22);
	CHECK(lines.begin()->size() == 5);

	std::vector<std::string_view> sorted(lines.begin(), lines.end());

	std::sort(sorted.begin(), sorted.end());
	CHECK(sorted.size() == 5 && sorted[1] == "alpha" && sorted[4] == "delta");
	CHECK(sorted[1].data() == text.data() + 6);

	auto it = lines.begin();

	CHECK(*it++ == "delta" && *it == "alpha" && *++it == "");

	/* A copy has an iteration of its own. */
	auto copy = lines;
	CHECK(*copy.begin() == "delta" && *++it == "charlie");
	copy = mmreader::lines("other");
	CHECK(list(copy) == texts{"other"});
#if MMREADER_RANGES
	CHECK(std::ranges::count(mmreader::lines(text), "alpha") == 1);
	CHECK(std::ranges::distance(mmreader::lines(text)) == 5);
	CHECK(std::ranges::max(mmreader::lines(text), {}, &std::string_view::size) == "charlie");
#if !defined(__clang__) || __clang_major__ >= 16
	std::size_t n = 0;

	for (std::size_t size : mmreader::lines(text) | std::views::filter([](auto line) {
		     return !line.empty();
	     }) | std::views::transform(&std::string_view::size) |
					std::views::take(2))
		n += size;
	CHECK(n == 10);
#endif
#endif
}

static void test_fields_and_tables()
{
	const std::string table = "id,\"a \"\"b\"\"\"\n1,\"x\ny\"\r\n,";
	std::vector<texts> rows;

	CHECK(list(mmreader::fields("a,,b,", ',')) == (texts{"a", "", "b", ""}));
	CHECK(list(mmreader::fields("", ',')) == texts{""});
	for (const auto &row : mmreader::rows(table)) {
		rows.emplace_back();
		for (const mmreader::cell &cell : row)
			rows.back().push_back(cell.str());
		CHECK(row.back().last);
	}
	CHECK((rows == std::vector<texts>{{"id", "a \"b\""}, {"1", "x\ny"}, {"", ""}}));

	auto cells = mmreader::cells(table);
	const auto quoted = [](const mmreader::cell &cell) { return cell.quoted; };
	const auto last = [](const mmreader::cell &cell) { return cell.last; };

	CHECK(std::count_if(cells.begin(), cells.end(), quoted) == 2);
	CHECK(std::count_if(cells.begin(), cells.end(), last) == 3);
	CHECK(cells.begin()->text == "id");
	CHECK(mmreader::rows("").begin() == mmreader::rows_view::iterator());
}

static void test_matches_and_chunks()
{
	const std::string text = "abcabcab";
	std::vector<std::ptrdiff_t> offsets;

	for (std::string_view match : mmreader::matches(text, "ab"))
		offsets.push_back(match.data() - text.data());
	for (std::string_view match : mmreader::reverse_matches(text, "ab"))
		offsets.push_back(match.data() - text.data());
	for (const char *at : mmreader::positions(text, "ac"))
		offsets.push_back(at - text.data());
	CHECK((offsets == std::vector<std::ptrdiff_t>{0, 3, 6, 6, 3, 0, 0, 2, 3, 5, 6}));
	CHECK(list(mmreader::matches(text, "")).empty());
	CHECK(list(mmreader::chunks(text, 3)) == (texts{"abc", "abc", "ab"}));
	CHECK(list(mmreader::chunks(text, 4, 2)) == (texts{"abca", "cabc", "bcab"}));
	CHECK_THROWS(std::errc::invalid_argument, (void)mmreader::positions(text, "abcde").begin());
}

static void test_cutting()
{
	const std::string text = "0123456789";

	CHECK(mmreader::cut(text, 2, 5) == "234");
	CHECK(mmreader::cut(text, -3) == "789");
	CHECK(mmreader::cut(text, 5, -100).empty());
	CHECK(mmreader::cut(text, -100, 100) == text);
	CHECK(mmreader::cut_exactly(text, 8, 2) == "89");
	CHECK_THROWS(std::errc::result_out_of_range, (void)mmreader::cut_exactly(text, 9, 2));
	CHECK(mmreader::trim(" \t a b\r\n") == "a b");
	CHECK(mmreader::count_byte("banana", 'a') == 3);
	CHECK(mmreader::line_around("a\nbc\nd", 3) == "bc\n");
	CHECK(mmreader::line_around(text, mmreader::cut(text, 3, 5)) == text);
	CHECK_THROWS(std::errc::result_out_of_range, (void)mmreader::line_around("a", 1));
}

static void test_numbers()
{
	CHECK(mmreader::to_number<int>("-2147483648") == -2147483648LL);
	CHECK(!mmreader::to_number<int>("2147483648"));
	CHECK(mmreader::to_number<std::int64_t>("2147483648") == 2147483648LL);
	CHECK(mmreader::to_number<std::uint8_t>("255") == 255);
	CHECK(!mmreader::to_number<std::uint8_t>("256"));
	CHECK(!mmreader::to_number<std::uint8_t>("-1"));
	CHECK(!mmreader::to_number<std::int8_t>("128"));
	CHECK(mmreader::to_number<std::int8_t>("-128") == -128);
	CHECK(mmreader::to_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
	CHECK(mmreader::to_number<double>("1e3") == 1000.0);
	CHECK(mmreader::to_number<float>("0.5") == 0.5f);
	CHECK(mmreader::to_number<float>("-3.4e38") == -3.4e38f);
	CHECK(!mmreader::to_number<float>("3.5e38") && !mmreader::to_number<float>("-1e300"));
	CHECK(std::isinf(mmreader::to_number<float>("-inf").value_or(0)));
	CHECK(std::isnan(mmreader::to_number<float>("nan").value_or(0)));
	CHECK(!mmreader::to_number<double>("1e3 "));
	CHECK(!mmreader::to_number<int>(""));
}

/* Errors at the end of an iteration. */
static void test_errors()
{
	std::error_code code;
	int n = 0;

	for (const mmreader::cell &cell : mmreader::cells("a,\"b", ',', code))
		n += cell.text.empty() ? 0 : 1;
	CHECK(n == 2 && code == errc::unclosed_quote);
	CHECK_THROWS(errc::unclosed_quote,
		for (const auto &row
			: mmreader::rows("a\n\"b")) n += row.empty() ? 100 : 1);
	CHECK(n == 4);
	(void)mmreader::cut_exactly("a", 1, 1, code);
	CHECK(code);

	/* An iteration without an error clears the code. */
	for (std::string_view line : mmreader::lines("a\nb", {}, code))
		n += line.empty() ? 0 : 1;
	CHECK(n == 6 && !code);
}

int main()
{
	test_lines();
	test_algorithms();
	test_fields_and_tables();
	test_matches_and_chunks();
	test_cutting();
	test_numbers();
	test_errors();
	return n_failed != 0;
}
