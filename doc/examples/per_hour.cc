/* per_hour.cc - per_hour.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <iostream>
#include <map>
#include <string>

int main(int argc, char **argv)
{
	if (argc != 3) {
		std::cerr << "usage: per_hour TEXT FILE\n";
		return 2;
	}
	try {
		mmreader::install_guard();
		mmreader::reader file(argv[2]);
		std::map<std::string, std::size_t, std::less<>> hours;

		mmreader::for_each_found(file, mmreader::search({argv[1]}), {}, {},
			[&](const mmreader::found_line &line) {
				std::string_view hour = line.bytes.substr(0, line.bytes.find(':'));
				auto at = hours.find(hour);

				if (at == hours.end())
					at = hours.emplace(hour, 0).first;
				at->second++;
			});
		for (const auto &[hour, n] : hours)
			std::cout << n << '\t' << hour << '\n';
		return std::cout.flush() ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "per_hour: " << error.what() << '\n';
		return 2;
	}
}
