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

static std::optional<mmr_decimal> decimal(std::string_view text)
{
	return mmreader::to_decimal(text);
}

static void test_decimals()
{
	const auto price = decimal("-1.50"), huge = decimal("1e2147483647");
	std::error_code code;

	CHECK(price && price->digits == 150 && price->exponent == -2 && price->negative);
	CHECK(huge && huge->digits == 1 && huge->exponent == INT32_MAX && !huge->negative);
	for (const char *text : {"", "x", "1 ", "inf", "12345678901234567890", "1e2147483648"})
		CHECK(!decimal(text) && !mmreader::to_decimal(text, code) && !code);
}

/* The sum of decimals in units of 10^-places, or NaN if one does not fit. */
static double units(std::initializer_list<const char *> texts, int places)
{
	mmreader::exact_sum sum;

	for (const char *text : texts)
		if (!sum.add(decimal(text).value(), places))
			return std::nan("");
	return sum.value();
}

static void test_exact_decimals()
{
	const char *most = "9999999999999999999";

	CHECK(units({"1.50", "-0.01", "7e2", "-0e99", "+3"}, 2) == 70449);
	CHECK(units({"1.500", "1500e-3", "0.15e1"}, 1) == 45);
	CHECK(units({"5e3", "5000", "-70000e-1"}, -3) == 3);
	CHECK(std::isnan(units({"1.55"}, 1)) && std::isnan(units({"1500"}, -3)));
	CHECK(units({"0e2147483647", "0e-2147483647"}, INT32_MAX) == 0);
	CHECK(units({"3e-2147483640"}, INT32_MAX) == 3e7);
	CHECK(std::isnan(units({"1e2147483647"}, INT32_MAX)));
	CHECK(std::isnan(units({"1e-2147483647"}, INT32_MIN)));

	/* Integers below 10^38 fit. */
	CHECK(units({"1e37"}, 0) == 1e37 && units({"-1e37"}, 0) == -1e37);
	CHECK(std::isnan(units({"1e38"}, 0)) && std::isnan(units({"1000000000000000000e20"}, 0)));
	CHECK(units({most, "1"}, 19) == 1e38 && std::isnan(units({most}, 20)));

	/* All digits of a large product. */
	mmreader::exact_sum rest;

	CHECK(rest.add(decimal(most).value(), 19));
	rest.add(-1e38); /* which is 2251190176543965970432 less than the power */
	CHECK(rest.value() == 2241190176543965970432.0);
	CHECK(rest.add(decimal("-2241190176543965970").value(), 3) && rest.value() == 432);

	/* Rounded once: in binary, 0.1 is no sum of doubles. */
	mmreader::exact_sum dimes;

	for (int i = 0; i < 1000000; i++)
		CHECK(dimes.add(mmr_decimal{1, -1, false}, 1));
	CHECK(dimes.mean(10) == 100000 && dimes.mean(10 * 1000000) == 0.1);
}

template <class Number> static void check_exact_add(const std::vector<Number> &numbers)
{
	mmreader::exact_sum sum, part;

	for (Number number : numbers) {
		mmreader::exact_sum one;

		one.add(number);
		CHECK(one.value() == static_cast<double>(number));
		sum.add(number);
		part.add(number);
		part.merge(one);
	}
	CHECK(part.mean(2) == sum.value());
	CHECK(mmr_exact_value(&part.get()) == part.value());
}

static void test_exact_sums()
{
	mmreader::exact_sum sum;

	CHECK(sum.value() == 0 && std::isnan(sum.mean(0)));
	for (double number : {1e100, 1.0, -1e100, 0.5, 5e-324, -5e-324})
		sum.add(number);
	CHECK(sum.value() == 1.5 && sum.mean(3) == 0.5);
	check_exact_add<signed char>({-128, 127, 1});
	check_exact_add<unsigned char>({255, 0});
	check_exact_add<int>({-2147483647 - 1, 2147483647});
	check_exact_add<std::int64_t>({INT64_MIN, INT64_MAX, -1});
	check_exact_add<std::uint64_t>({UINT64_MAX, 1, 0});
	check_exact_add<float>({1.5f, -3e38f, 1e-45f});

	/* More digits than a double has. */
	mmreader::exact_sum wide;

	wide.add(std::int64_t{9007199254740993});
	wide.add(-9007199254740992.0);
	CHECK(wide.value() == 1);
	wide.add(UINT64_MAX);
	wide.add(-std::ldexp(1, 64));
	CHECK(wide.value() == 0);
	wide.add(std::numeric_limits<double>::infinity());
	CHECK(std::isinf(wide.value()));
	wide.merge(wide);
	CHECK(std::isinf(wide.value()));
}

int main()
{
	test_arrays();
	test_array_details();
	test_decimals();
	test_exact_decimals();
	test_exact_sums();
	test_records();
	test_empty_layout();
	return n_failed != 0;
}
