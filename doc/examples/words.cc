/* words.cc - the most frequent words of a file, counted by several threads
 *
 *	words [-N] FILE
 *
 * Prints the N (10) most frequent words with their counts, greatest first; words that are equally
 * frequent are in the order of their bytes. Words are separated by spaces and tabs.
 *
 * Each worker interns the words of its lines, so that a word is copied once, and counts ids. The
 * counts are merged at the end. Memory grows with the number of distinct words, not with the file.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <algorithm>
#include <iostream>
#include <vector>

namespace
{

/* The words that one worker has seen, and how often. */
class tally
{
public:
	void add(std::string_view word, std::uint64_t times = 1)
	{
		const std::uint32_t id = pool_.add(word);

		if (id == counts_.size())
			counts_.push_back(0);
		counts_[id] += times;
	}

	void add_line(std::string_view line)
	{
		const char *const blanks = " \t\r";
		std::size_t start, stop = 0;

		while ((start = line.find_first_not_of(blanks, stop)) != line.npos) {
			stop = std::min(line.find_first_of(blanks, start), line.size());
			add(line.substr(start, stop - start));
		}
	}

	void merge(const tally &other)
	{
		for (std::uint32_t id = 0; id < other.pool_.size(); id++)
			add(other.pool_.text(id), other.counts_[id]);
	}

	/* Prints the `n` most frequent words. */
	void print(std::size_t n) const
	{
		std::vector<std::pair<std::uint64_t, std::string_view>> words;
		const auto less = [](const auto &a, const auto &b) {
			return a.first != b.first ? a.first > b.first : a.second < b.second;
		};

		for (std::uint32_t id = 0; id < pool_.size(); id++)
			words.emplace_back(counts_[id], pool_.text(id));
		n = std::min(n, words.size());
		std::partial_sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(n),
			words.end(), less);
		for (std::size_t i = 0; i < n; i++)
			std::cout << words[i].first << '\t' << words[i].second << '\n';
	}

private:
	mmreader::intern_pool pool_;
	std::vector<std::uint64_t> counts_;
};

} // namespace

int main(int argc, char **argv)
{
	std::size_t n = 10;

	if (argc == 3 && argv[1][0] == '-') {
		n = mmreader::to_number<std::size_t>(argv[1] + 1).value_or(0);
		argv++;
		argc--;
	}
	if (argc != 2 || n == 0) {
		std::cerr << "usage: words [-N] FILE\n";
		return 2;
	}
	try {
		mmreader::install_guard();
		const tally total = mmreader::parallel_reduce_lines(
			mmreader::reader(argv[1]), {}, [] { return tally(); },
			[](tally &mine, std::string_view line) { mine.add_line(line); },
			[](tally &all, tally &&mine) { all.merge(mine); });

		total.print(n);
		std::cout.flush();
		return std::cout ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "words: " << error.what() << '\n';
		return 2;
	}
}
