/* merge.cc - merge.c in C++
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include <deque>
#include <iostream>
#include <queue>
#include <vector>

namespace
{

/* A file and its next line. */
struct input {
	input(int index, const char *path)
		: number(index), file(path), lines(mmreader::lines(file)), at(lines.begin())
	{
	}

	int number;
	mmreader::reader file;
	mmreader::lines_view lines;
	mmreader::lines_view::iterator at;
};

/* Whether the line of `a` is printed after that of `b`. */
struct after {
	bool operator()(const input *a, const input *b) const
	{
		const int order = (*a->at).compare(*b->at);

		return order > 0 || (order == 0 && a->number > b->number);
	}
};

} // namespace

int main(int argc, char **argv)
{
	try {
		mmreader::install_guard();
		std::deque<input> inputs; /* never moves its elements */
		std::priority_queue<input *, std::vector<input *>, after> heap;

		for (int i = 1; i < argc; i++)
			inputs.emplace_back(i, argv[i]);
		for (input &each : inputs)
			if (each.at != each.lines.end())
				heap.push(&each);
		while (!heap.empty()) {
			input *first = heap.top();

			heap.pop();
			std::cout << *first->at << '\n';
			if (++first->at != first->lines.end())
				heap.push(first);
		}
		return std::cout.flush() ? 0 : 2;
	} catch (const mmreader::error &error) {
		std::cerr << "merge: " << error.what() << '\n';
		return 2;
	}
}
