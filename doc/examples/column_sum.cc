/* column_sum.cc - column_sum.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <iomanip>
#include <iostream>

namespace
{

struct column {
	double sum = 0;
	std::size_t n_others = 0;
};

} // namespace

int main(int argc, char **argv)
{
	const auto number = mmreader::to_number<std::size_t>(argc == 3 ? argv[1] : "");

	if (!number) {
		std::cerr << "usage: column_sum COLUMN FILE\n";
		return 2;
	}
	try {
		mmreader::install_guard();
		const column all = mmreader::parallel_reduce_rows(
			mmreader::reader(argv[2]), ',', {}, column(),
			[&](column &mine, const mmreader::row &row) {
				if (*number >= row.size())
					return;
				if (auto value = mmreader::to_number<double>(
					    mmreader::trim(row[*number].text)))
					mine.sum += *value;
				else
					mine.n_others++;
			},
			[](column &total, column &&mine) {
				total.sum += mine.sum;
				total.n_others += mine.n_others;
			});

		std::cout << std::fixed << std::setprecision(2) << "sum " << all.sum << ", "
			  << all.n_others << " other cells\n";
		return std::cout.flush() ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "column_sum: " << error.what() << '\n';
		return 2;
	}
}
