/* line_server.cc - line_server.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <iostream>

namespace
{

/* The index of FILE.mmri if it is one of the file, or one in memory. */
mmreader::index index_of(const mmreader::reader &file)
{
	std::error_code code;
	mmreader::index saved = mmreader::index::load(file, {}, {}, code);

	return code ? mmreader::index::build(file) : std::move(saved);
}

/* Returns: an empty line if the file does not have the line. */
std::string_view line_of(
	const mmreader::reader &file, std::uint64_t number, const mmreader::scan_options &scan)
{
	try {
		return number > 0 ? mmreader::line_at(file, number - 1, scan) : "\n";
	} catch (const mmreader::error &error) {
		if (error.code() != std::errc::result_out_of_range)
			throw;
		return "\n";
	}
}

void print(std::string_view line)
{
	std::cout << line;
	if (line.back() != '\n')
		std::cout << '\n';
	std::cout.flush();
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 2) {
		std::cerr << "usage: line_server FILE < NUMBERS\n";
		return 2;
	}
	try {
		mmreader::install_guard();
		mmreader::reader file(argv[1]);
		mmreader::index index = index_of(file);
		mmreader::scan_options scan;
		std::uint64_t number;

		scan.index = index.get();
		while (std::cin >> number && std::cout)
			print(line_of(file, number, scan));
		return std::cout ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "line_server: " << error.what() << '\n';
		return 2;
	}
}
