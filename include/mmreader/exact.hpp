/* exact.hpp - sums of numbers and decimals that are rounded once, at the end
 *
 *	mmreader::exact_sum cents;
 *
 *	for (std::string_view field : mmreader::fields(line, ';'))
 *		if (const auto price = mmreader::to_decimal(field))
 *			n_others += !cents.add(*price, 2);
 *	std::cout << cents.mean(100) << '\n';
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_EXACT_HPP
#define MMREADER_EXACT_HPP

#include <mmreader/error.hpp>

#include <cmath>
#include <type_traits>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* The exact sum of numbers, in any order; as in mmr_exact. It is a value of 552 bytes. The states
 * of parallel_reduce_rows and the like can have one, and merge them. */
class exact_sum
{
public:
	exact_sum() noexcept = default;

	/* Adds an integer, float or double. */
	template <class Number> void add(Number number) noexcept
	{
		static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool> &&
				      sizeof(Number) <= 8,
			"an integer, float or double");
		if constexpr (std::is_floating_point_v<Number>) {
			mmr_exact_add(&sum_, number);
		} else {
			const bool negative = number < 0;
			const auto bits = static_cast<std::uint64_t>(number);

			add_bits(negative ? 0 - bits : bits, 0, negative);
		}
	}

	/* Adds a decimal in units of 10^-places: 1.50 is 150 with 2 places. mean(100) is then the
	 * sum of the decimals, and mean(100 * n) the mean of n decimals, rounded once.
	 *
	 * Returns: false, and nothing is added, if this is not an integer, or is too large.
	 * Integers below 10^38 are not too large. */
	[[nodiscard]] bool add(const mmr_decimal &decimal, int places) noexcept
	{
		std::int64_t zeros = std::int64_t{decimal.exponent} + places;
		std::uint64_t digits = decimal.digits, power = 1;

		if (digits == 0)
			return true;
		for (; zeros < 0 && digits % 10 == 0; zeros++)
			digits /= 10;
		/* An integer of 19 digits fits, and so does 10^19. */
		for (; zeros > 19 && digits < 1000000000000000000; zeros--)
			digits *= 10;
		if (zeros < 0 || zeros > 19)
			return false;
		for (; zeros > 0; zeros--)
			power *= 10;
		add_product(digits, power, decimal.negative);
		return true;
	}

	void merge(const exact_sum &other) noexcept
	{
		mmr_exact_merge(&sum_, &other.sum_);
	}

	[[nodiscard]] double value() const noexcept
	{
		return mmr_exact_value(&sum_);
	}

	/* The sum divided by `n`; NaN if `n` is 0. */
	[[nodiscard]] double mean(std::uint64_t n) const noexcept
	{
		return mmr_exact_mean(&sum_, n);
	}

	[[nodiscard]] const mmr_exact &get() const noexcept
	{
		return sum_;
	}

private:
	/* Adds an integer times 2^shift, 32 bits at a time. */
	void add_bits(std::uint64_t bits, int shift, bool negative) noexcept
	{
		for (; bits > 0; bits >>= 32, shift += 32) {
			const double part = static_cast<double>(bits & UINT32_MAX);

			mmr_exact_add(&sum_, std::ldexp(negative ? -part : part, shift));
		}
	}

	/* Adds a product of up to 128 bits. */
	void add_product(std::uint64_t a, std::uint64_t b, bool negative) noexcept
	{
		if (a <= UINT64_MAX / b) {
			add_bits(a * b, 0, negative);
			return;
		}
		for (int i = 0; i < 64; i += 32)
			for (int j = 0; j < 64; j += 32)
				add_bits((a >> i & UINT32_MAX) * (b >> j & UINT32_MAX), i + j,
					negative);
	}

	mmr_exact sum_{};
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
