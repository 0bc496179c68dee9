/* reader.cc - readers are moved, swapped and closed; failures are thrown or stored
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <type_traits>

using mmreader::errc;
using mmreader::reader;

static_assert(!std::is_copy_constructible_v<reader> && !std::is_copy_assignable_v<reader>);
static_assert(std::is_nothrow_move_constructible_v<reader>);
static_assert(std::is_nothrow_move_assignable_v<reader>);
static_assert(std::is_nothrow_swappable_v<reader>);
static_assert(std::is_nothrow_default_constructible_v<reader>);
static_assert(std::is_nothrow_copy_constructible_v<mmreader::error>);
static_assert(!std::is_convertible_v<const char *, reader>);

/* Temporary strings and readers are no arguments of calls that return views. */
static_assert(std::is_convertible_v<const reader &, mmreader::borrowed>);
static_assert(std::is_convertible_v<const std::string &, mmreader::borrowed>);
static_assert(!std::is_convertible_v<reader, mmreader::borrowed>);
static_assert(!std::is_convertible_v<std::string, mmreader::borrowed>);

/* All calls of a reader that has no input. */
static void check_empty(reader &file)
{
	auto lines = mmreader::lines(file);
	auto extents = mmreader::extents(file);
	char buffer[4];

	CHECK(!file);
	CHECK(file.get() == nullptr);
	CHECK(file.size() == 0);
	CHECK(file.consumed() == 0);
	CHECK(file.backing() == MMR_BACKING_CALLER);
	CHECK(!file.has_addresses() && !file.has_offsets());
	CHECK(file.bytes().empty());
	CHECK(lines.begin() == lines.end() && extents.begin() == extents.end());
	CHECK_THROWS(std::errc::bad_file_descriptor, file.read_at(0, buffer, sizeof(buffer)));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)file.read_at(0, 4));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)file.head());
	CHECK_THROWS(std::errc::bad_file_descriptor, file.refresh());
	CHECK_THROWS(std::errc::bad_file_descriptor, file.check());
	CHECK_THROWS(std::errc::bad_file_descriptor, file.advise(0, 1, MMR_ADVICE_RANDOM));
	CHECK_THROWS(std::errc::bad_file_descriptor, file.prefetch(0, 1));
	CHECK_THROWS(std::errc::bad_file_descriptor, file.release_pages(0, 1));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::count_lines(file));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::blocks(file));
	CHECK_THROWS(std::errc::bad_file_descriptor,
		mmreader::parallel_for_each_line(file, {}, [](std::string_view) {}));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::filetype_of(file));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::index::build(file));
	CHECK(mmreader::memory_usage(file).mapped == 0);
	file.close();
}

static void test_moves()
{
	const temporary text("one\ntwo\n"), other("another");
	reader a(text.path()), nothing;
	const char *address = a.bytes().data();
	reader b(std::move(a));

	CHECK(b.bytes() == "one\ntwo\n" && b.bytes().data() == address);
	check_empty(a);
	check_empty(nothing);
	a = std::move(b);
	CHECK(a.bytes().data() == address);
	check_empty(b);

	/* An assignment closes the reader before. */
	b = reader(other.path());
	b = std::move(a);
	CHECK(b.bytes() == "one\ntwo\n");

	reader &same = b;
	b = std::move(same);
	CHECK(b.bytes().data() == address);

	swap(a, b);
	CHECK(a.size() == 8 && !b);
	a.swap(a);
	CHECK(a.size() == 8);

	mmr_reader *released = a.release();

	check_empty(a);
	a = reader::adopt(released);
	CHECK(a && a.get() == released && a.bytes().data() == address);
	a.close();
	check_empty(a);
}

static void test_inputs()
{
	const temporary file("0123456789");
	reader part(file.path(), {2, 5});
	int fd = open(file.path().c_str(), O_RDONLY), ends[2];
	char buffer[3];

	CHECK(part.bytes() == "23456" && part.size() == 5);
	CHECK(part.read_at(3, buffer, sizeof(buffer)) == 2 && buffer[0] == '5');
	CHECK(part.read_at(3, 100) == "56" && part.read_at(5, 1).empty());
	CHECK(part.read_at(1, mmreader::rest) == "3456");
	CHECK(part.head(2) == "23" && part.head() == "23456");
	CHECK(part.has_addresses() && part.has_offsets());
	CHECK(part.backing() == MMR_BACKING_COPIED);

	const reader descriptor = reader::from_fd(fd);

	close(fd);
	CHECK(descriptor.bytes() == "0123456789");

	const std::string text = "in memory";
	const reader memory = reader::from_memory(text);

	CHECK(memory.bytes().data() == text.data() && memory.backing() == MMR_BACKING_CALLER);

	CHECK(pipe(ends) == 0 && write(ends[1], "a\nb", 3) == 3 && close(ends[1]) == 0);

	const reader stream = reader::from_fd(ends[0]);

	CHECK(stream.size() == mmreader::rest && !stream.has_offsets() && stream.bytes().empty());
	CHECK_THROWS(errc::no_map, (void)mmreader::lines(stream).begin());
	CHECK(mmreader::count_lines(stream) == 2);
	CHECK(stream.consumed() == 3);
	close(ends[0]);
}

static void test_growth()
{
	const temporary file("old\n");
	reader grown(file.path());
	std::FILE *append = std::fopen(file.path().c_str(), "a");

	CHECK(!grown.refresh());
	std::fputs("new\n", append);
	std::fclose(append);
	CHECK_THROWS(errc::grown, grown.check());
	CHECK(grown.refresh() && grown.bytes() == "old\nnew\n");
	grown.check();
	CHECK(truncate(file.path().c_str(), 2) == 0);
	CHECK_THROWS(errc::truncated, grown.check());
	CHECK_THROWS(errc::truncated, grown.refresh());
	grown = reader(file.path());
	unlink(file.path().c_str());
	CHECK_THROWS(errc::replaced, grown.check());
}

static void test_errors()
{
	std::error_code code = make_error_code(errc::stream);
	const temporary file("abc");

	try {
		reader missing("/nonexistent/file");
		CHECK(false && "not thrown");
	} catch (const std::system_error &error) {
		CHECK(error.code() == std::errc::no_such_file_or_directory);
		CHECK(error.code().value() == -ENOENT);
		CHECK(std::string(error.what()).find("/nonexistent/file") != std::string::npos);
		CHECK(error.code().message() == mmr_strerror(-ENOENT));
		CHECK(error.code().category().name() == std::string("mmreader"));
	}

	/* A code is cleared by success and set by failure. */
	reader opened(file.path(), {}, code);
	CHECK(opened && !code);
	reader missing("/nonexistent/file", {}, code);
	CHECK(!missing && code == std::errc::no_such_file_or_directory);
	CHECK(std::string(mmreader::last_error()).find("/nonexistent/file") != std::string::npos);
	(void)mmreader::cut_exactly(opened, 1, 2, code);
	CHECK(!code);
	CHECK(mmreader::cut_exactly(opened, 1, 3, code).empty());
	CHECK(code == std::errc::result_out_of_range);
	CHECK(code != errc::truncated);
	CHECK(make_error_code(errc::truncated) == errc::truncated);

	/* The offset of a failure. */
	try {
		for (const mmreader::cell &cell : mmreader::cells("a,\"b"))
			CHECK(cell.text == "a" || cell.text == "\"b");
		CHECK(false && "not thrown");
	} catch (const mmreader::error &error) {
		CHECK(error.code() == errc::unclosed_quote);
		CHECK(!error.offset());
	}
	const reader quote = reader::from_memory("a,\"b");
	try {
		for (const mmreader::cell &cell : mmreader::cells(quote))
			CHECK(!cell.text.empty());
		CHECK(false && "not thrown");
	} catch (const mmreader::error &error) {
		const mmreader::error copy = error;

		CHECK(copy.offset() == 2u);
		CHECK(copy.what() == std::string(error.what()));
	}
}

int main()
{
	mmreader::install_guard();
	test_moves();
	test_inputs();
	test_growth();
	test_errors();
	return n_failed != 0;
}
