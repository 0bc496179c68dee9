/* histogram.cc - histogram.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace
{

constexpr std::size_t n_bins = 20;

/* The last count is that of values outside, and of NaN. */
using counts = std::array<std::uint64_t, n_bins + 1>;

struct bins {
	double low, high;

	std::size_t of(double value) const
	{
		if (!(value >= low && value < high))
			return n_bins;
		/* The division may be rounded up. */
		return std::min(static_cast<std::size_t>((value - low) / ((high - low) / n_bins)),
			n_bins - 1);
	}
};

counts count(const mmreader::reader &file, const mmreader::layout &layout, const mmr_field *field,
	const bins &bins)
{
	return mmreader::parallel_reduce_records(
		file, layout, 0, {}, counts(),
		[&](counts &mine, const mmreader::record &record) {
			mine[bins.of(record.get<double>(field))]++;
		},
		[](counts &all, counts &&mine) {
			std::transform(
				all.begin(), all.end(), mine.begin(), all.begin(), std::plus<>());
		});
}

} // namespace

int main(int argc, char **argv)
{
	const auto low = mmreader::to_number<double>(argc == 6 ? argv[3] : "");
	const auto high = mmreader::to_number<double>(argc == 6 ? argv[4] : "");

	if (!low || !high || !(*low < *high)) {
		std::cerr << "usage: histogram LAYOUT FIELD LOW HIGH FILE\n";
		return 2;
	}
	try {
		mmreader::install_guard();
		const mmreader::layout layout(argv[1]);
		const mmr_field *field = layout.find(argv[2]);

		if (!field || field->type == MMR_TEXT) {
			std::cerr << "histogram: '" << argv[2] << "' is no number of the layout\n";
			return 2;
		}
		const counts all =
			count(mmreader::reader(argv[5]), layout, field, bins{*low, *high});

		for (std::size_t i = 0; i < n_bins; i++)
			std::cout << *low + static_cast<double>(i) * (*high - *low) / n_bins << '\t'
				  << all[i] << '\n';
		std::cout << "others\t" << all[n_bins] << '\n';
		return std::cout.flush() ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "histogram: " << error.what() << '\n';
		return 2;
	}
}
