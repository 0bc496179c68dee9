/* check.hpp - checks of the tests of mmreader.hpp, which are plain programs
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CPP_CHECK_HPP
#define TESTS_CPP_CHECK_HPP

#include <mmreader.hpp>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

inline int n_failed = 0;

/* Continues after a failure. main() returns `n_failed != 0`. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			std::fprintf( \
				stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
			n_failed++; \
		} \
	} while (0)

/* "line 0" and so on. A word is added to each line whose number divided by `step` leaves `rest`. */
inline std::string numbered_lines(int n, int step, int rest, const char *word)
{
	std::string text;

	for (int i = 0; i < n; i++)
		text += "line " + std::to_string(i) + (i % step == rest ? word : "") + "\n";
	return text;
}

inline mmreader::scan_options threads(unsigned n)
{
	mmreader::scan_options scan;

	scan.n_threads = n;
	return scan;
}

/* Whether a statement throws mmreader::error with this code. */
#define CHECK_THROWS(wanted, ...) \
	do { \
		bool thrown = false; \
		try { \
			__VA_ARGS__; \
		} catch (const mmreader::error &error) { \
			thrown = error.code() == wanted; \
			if (!thrown) \
				std::fprintf(stderr, "another error: %s\n", error.what()); \
			CHECK(error.what()[0] != '\0'); \
		} \
		CHECK(thrown &&#__VA_ARGS__); \
	} while (0)

/* A file that is removed at the end. */
class temporary
{
public:
	explicit temporary(std::string_view bytes)
	{
		const int fd = mkstemp(path_.data());

		if (fd < 0 ||
			write(fd, bytes.data(), bytes.size()) !=
				static_cast<ssize_t>(bytes.size()) ||
			close(fd) < 0) {
			std::perror("temporary file");
			std::exit(99);
		}
	}

	temporary(const temporary &) = delete;
	temporary &operator=(const temporary &) = delete;

	~temporary()
	{
		unlink(path_.c_str());
	}

	const std::string &path() const
	{
		return path_;
	}

private:
	std::string path_ = "/tmp/mmreader-cpp-XXXXXX";
};

#endif
