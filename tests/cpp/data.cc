/* data.cc - arrays and records of mmreader.hpp
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

using mmreader::errc;

#if MMREADER_RANGES
static_assert(std::ranges::random_access_range<mmreader::array<double>>);
static_assert(std::ranges::sized_range<mmreader::array<double>>);
static_assert(std::ranges::view<mmreader::array<double>>);
static_assert(std::ranges::borrowed_range<mmreader::array<double>>);
static_assert(std::is_same_v<mmreader::span<int>, std::span<const int>>);
#endif

/* The bytes of numbers in an order, with `gap` bytes after each. */
template <class T>
static std::string encode(const std::vector<T> &numbers, bool big, std::size_t gap = 0)
{
	std::string bytes;

	for (T number : numbers) {
		std::uint64_t bits = 0;

		std::memcpy(&bits, &number, sizeof(T));
		/* Of a little-endian or a big-endian machine. */
		const std::uint16_t probe = 1;
		if (*reinterpret_cast<const unsigned char *>(&probe) == 0)
			bits >>= 64 - 8 * sizeof(T);
		for (std::size_t i = 0; i < sizeof(T); i++)
			bytes +=
				static_cast<char>(bits >> 8 * (big ? sizeof(T) - 1 - i : i) & 0xff);
		bytes.append(gap, '#');
	}
	return bytes;
}

template <class T> static void check_array(const std::vector<T> &numbers)
{
	for (bool big : {false, true}) {
		for (std::size_t gap : {0u, 1u, 5u}) {
			const std::string bytes = encode(numbers, big, gap);
			const mmreader::array<T> array(
				bytes, big ? MMR_BIG : MMR_LITTLE, gap > 0 ? sizeof(T) + gap : 0);
			std::vector<T> copy(array.begin(), array.end());

			CHECK(copy == numbers);
			CHECK(array.size() == numbers.size());
			copy.assign(numbers.size(), T{});
			array.copy_to(copy.data(), copy.size());
			CHECK(copy == numbers);
			for (std::size_t i = 0; i < numbers.size(); i++)
				CHECK(array[i] == numbers[i] && array.at(i) == numbers[i]);
			CHECK_THROWS(
				std::errc::result_out_of_range, (void)array.at(numbers.size()));
			CHECK_THROWS(std::errc::result_out_of_range,
				array.copy_to(copy.data(), copy.size() - 1));

			const mmreader::array<T> reversed =
				array.cut(mmreader::to_end, MMR_START, -1);

			CHECK(std::equal(reversed.begin(), reversed.end(), numbers.rbegin()));
			CHECK(*std::max_element(array.begin(), array.end()) ==
				*std::max_element(numbers.begin(), numbers.end()));
			CHECK(array.end() - array.begin() ==
				static_cast<std::ptrdiff_t>(numbers.size()));
			CHECK(array.begin()[1] == numbers[1] &&
				*(array.end() - 1) == numbers.back());
		}
	}
}

static void test_arrays()
{
	check_array<std::uint8_t>({0, 1, 255, 7});
	check_array<std::int8_t>({0, 1, -128, 7});
	check_array<std::uint16_t>({0, 1, 65535, 258});
	check_array<std::int16_t>({0, 1, -32768, 258});
	check_array<std::uint32_t>({0, 1, 4294967295u, 16909060});
	check_array<int>({0, 1, -2147483647, 16909060});
	check_array<unsigned long>({0, 1, std::numeric_limits<unsigned long>::max(), 16909060});
	check_array<std::int64_t>({0, 1, INT64_MIN, 72623859790382856});
	check_array<float>({0, 1.5f, -3e38f, 1e-40f});
	check_array<double>({0, 1.5, -1e308, 5e-324});
}

static void test_array_details()
{
	alignas(8) const double numbers[] = {1, 2, 3, 4.5};
	const std::string_view bytes(reinterpret_cast<const char *>(numbers), sizeof(numbers));
	const mmreader::array<double> array(bytes);
	const mmreader::span<double> span = array.span();
	std::error_code code;

	CHECK(span.data() == numbers && span.size() == 4 && span[3] == 4.5);
	CHECK(std::accumulate(span.begin(), span.end(), 0.0) == 10.5);
	CHECK(array.sum().sum == 10.5 && array.sum().max.f64 == 4.5);
	CHECK_THROWS(std::errc::not_supported, (void)array.cut(0, mmreader::to_end, 2).span());
	CHECK_THROWS(std::errc::bad_message, mmreader::array<double>("1234567"));
	CHECK_THROWS(std::errc::invalid_argument, (void)array.cut(0, 1, 0));
	CHECK_THROWS(std::errc::invalid_argument, mmreader::array<float>(array.get()));

	const mmreader::array<double> none("1234567", MMR_NATIVE, 0, code);

	CHECK(code == std::errc::bad_message && none.empty() && none.begin() == none.end());
	CHECK(none.at(0, code) == 0 && code == std::errc::result_out_of_range);
	CHECK(mmreader::array<double>().empty());

	std::vector<std::uint32_t> values = {5, 3, 9};
	const std::string sorted = encode<std::uint32_t>({1, 4, 9, 16, 25}, true);
	const mmreader::array<std::uint32_t> keys(sorted, MMR_BIG);

	CHECK(std::lower_bound(keys.begin(), keys.end(), 10u) - keys.begin() == 3);
	CHECK(std::binary_search(keys.begin(), keys.end(), 25u));
	CHECK(std::distance(keys.begin(), std::find(keys.begin(), keys.end(), 9u)) == 2);

	auto it = keys.begin();

	CHECK(*it++ == 1 && *it == 4 && *--it == 1 && *(2 + it) == 9 && it < keys.end());
	CHECK(*(it += 4) == 25 && *(it -= 1) == 16 && it >= keys.begin() && it-- > keys.begin());
	CHECK(*it == 9 && it <= keys.end() && it != keys.begin());
}

static void test_records()
{
	std::string bytes = "header";
	const mmreader::layout layout("id:u32be,price:f64le,delta:i16le,name:6s");
	double total = 0;
	std::string names;
	std::uint32_t id = 0;

	for (std::uint32_t i = 0; i < 1000; i++) {
		bytes += encode<std::uint32_t>({i}, true);
		bytes += encode<double>({i * 0.5}, false);
		bytes += encode<std::int16_t>(
			{static_cast<std::int16_t>(-static_cast<int>(i))}, false);
		bytes += std::string("ab\0\0\0\0", 6);
	}
	CHECK(layout && layout.size() == 20 && layout.n_fields() == 4);

	const mmr_field *price = layout.find("price"), *name = layout.find("name");
	const mmr_field *number = layout.field(0), *delta = layout.find("delta");

	CHECK(!layout.find("none") && !layout.field(4));
	for (mmreader::record record : mmreader::records(layout, bytes, 6)) {
		CHECK(record.get<std::uint32_t>(number) == id);
		CHECK(record.get<int>(delta) == -static_cast<int>(id));
		total += record.get<double>(price);
		names += record.get<std::string_view>(name);
		id++;
	}
	CHECK(id == 1000 && total == 249750 && names.size() == 2000);

	const mmreader::record last = mmreader::record_at(layout, bytes, 999, 6);
	std::error_code code;

	CHECK(last.get<std::int64_t>(number) == 999 && last.get<float>(price) == 499.5f);
	CHECK_THROWS(std::errc::result_out_of_range, (void)last.get<std::uint8_t>(number));
	CHECK_THROWS(std::errc::result_out_of_range, (void)last.get<unsigned>(delta));
	CHECK_THROWS(std::errc::result_out_of_range, (void)last.get<int>(price));
	CHECK_THROWS(std::errc::invalid_argument, (void)last.get<int>(name));
	CHECK_THROWS(std::errc::invalid_argument, (void)last.get<int>(nullptr));
	CHECK(last.get<std::uint8_t>(number, code) == 0 && code == std::errc::result_out_of_range);
	CHECK_THROWS(
		std::errc::result_out_of_range, (void)mmreader::record_at(layout, bytes, 1000, 6));
	CHECK_THROWS(std::errc::bad_message,
		for (mmreader::record record
			: mmreader::records(layout, bytes)) id += record.bytes().size() == 20);
	CHECK(id == 2000);

	const mmreader::array<double> prices = mmreader::column<double>(layout, bytes, price, 6);

	CHECK(prices.size() == 1000 && prices[999] == 499.5);
	CHECK_THROWS(std::errc::invalid_argument,
		(void)mmreader::column<float>(layout, bytes, price, 6));
	CHECK_THROWS(std::errc::invalid_argument,
		(void)mmreader::column<double>(layout, bytes, nullptr, 6));
	CHECK_THROWS(std::errc::invalid_argument, mmreader::layout("id:u63"));

	const std::string huge = encode<double>({1e300}, false);
	const mmreader::layout number64("x:f64le");

	CHECK_THROWS(std::errc::result_out_of_range,
		(void)mmreader::record(huge).get<float>(number64.field(0)));
}

/* Layouts that were moved from. */
static void test_empty_layout()
{
	mmreader::layout layout("id:u8"), moved = std::move(layout);
	std::error_code code;

	CHECK(!layout && moved && layout.size() == 0 && layout.n_fields() == 0);
	CHECK(!layout.find("id") && !layout.field(0));
	CHECK_THROWS(std::errc::invalid_argument, (void)mmreader::records(layout, "abc"));

	auto records = mmreader::records(layout, "abc", 0, code);

	CHECK(records.begin() == records.end());
	CHECK(code == std::errc::invalid_argument);
	CHECK_THROWS(std::errc::invalid_argument, (void)mmreader::record_at(layout, "abc", 0));
	CHECK_THROWS(std::errc::invalid_argument,
		(void)mmreader::column<std::uint8_t>(layout, "abc", moved.field(0)));
}

int main()
{
	test_arrays();
	test_array_details();
	test_records();
	test_empty_layout();
	return n_failed != 0;
}
