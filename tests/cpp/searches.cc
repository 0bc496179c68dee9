/* searches.cc - expressions, searches, indexes, sorted files, pools and reports of mmreader.hpp
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <vector>

using mmreader::errc;
using mmreader::reader;

static const std::string text = "a=1\nERROR b=22\nc=3 d=4\n\nERROR\n";

/* Without PCRE2 there is one code for all expressions. */
static bool has_regex()
{
	std::error_code code;

	mmreader::load_library(MMR_LIBRARY_PCRE2, code);
	CHECK(!code || code == errc::no_library);
	return !code;
}

static void test_regex(const reader &file)
{
	const mmreader::regex pairs("(?<key>\\w)=(\\d+)|(x)");
	std::string keys, values;
	std::error_code code;

	CHECK(pairs && pairs.n_groups() == 3);
	for (const mmreader::regex_match &match : mmreader::matches(file, pairs)) {
		keys += match.group("key").value_or("?");
		values += *match.group(2);
		CHECK(text.substr(match.offset(), match.text().size()) == match.text());
		CHECK(!match.group(3));
		CHECK_THROWS(std::errc::result_out_of_range, (void)match.group(4));
		CHECK_THROWS(std::errc::no_such_file_or_directory, (void)match.group("none"));
	}
	CHECK(keys == "abcd" && values == "12234");
	CHECK(mmreader::count_matches(file, pairs) == 4);
	keys.clear();
	CHECK(mmreader::for_each_match(
		file, pairs, {},
		[&](const mmreader::regex_match &match) { keys += std::to_string(match.line()); },
		MMR_MATCH_LINES));
	CHECK(keys == "0122");
	CHECK(!mmreader::for_each_match(
		file, pairs, {}, [](const mmreader::regex_match &) { return false; }));
	CHECK_THROWS(std::errc::invalid_argument, mmreader::regex("("));

	mmreader::regex_options options;

	options.match_limit = 1;
	options.no_jit = true;

	const mmreader::regex limited("(a|aa)+$", options);
	const std::string many = std::string(1000, 'a') + "b";
	int n = 0;

	CHECK_THROWS(std::errc::operation_canceled, for (const auto &match
							    : mmreader::matches(many, limited)) n +=
						    static_cast<int>(match.text().size()));
	for (const auto &match : mmreader::matches(many, limited, code))
		n += static_cast<int>(match.text().size());
	CHECK(n == 0 && code == std::errc::operation_canceled);

	mmreader::regex a("a"), b = std::move(a);

	CHECK(!a && b && a.n_groups() == 0);
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::count_matches(file, a));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::matches(text, a));
}

static void test_search(const reader &file)
{
	const mmreader::search errors({"ERROR", "c="});
	const std::vector<std::string> words = {"ERROR", "b"};
	mmreader::search_options all;
	mmreader::found_options how;
	std::string found;

	all.all = true;

	const mmreader::search both(words, all);

	CHECK(errors.count(file) == 3 && both.count(file) == 1);
	how.numbers = true;
	how.before = 1;
	CHECK(mmreader::for_each_found(
		file, errors, {}, how, [&](const mmreader::found_line &line) {
			CHECK(text.substr(line.off, line.bytes.size()) == line.bytes);
			found += std::to_string(line.number) + (line.is_context ? "c" : "m");
		}));
	CHECK(found == "0c1m2m3c4m");
	found.clear();
	CHECK(!mmreader::for_each_found(
		file, errors, {}, {}, [&](const mmreader::found_line &line) {
			found += line.bytes;
			return false;
		}));
	CHECK(found == "ERROR b=22\n");
	found.clear();
	for (std::string_view match : mmreader::matches("an ERROR of c=ERROR", errors))
		found += match;
	CHECK(found == "ERRORc=ERROR");
	CHECK_THROWS(std::errc::invalid_argument, mmreader::search({}));
	CHECK_THROWS(std::errc::invalid_argument, mmreader::search({"a\nb"}));

	mmreader::search none;

	CHECK(!none);
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)none.count(file));
	CHECK_THROWS(std::errc::bad_file_descriptor, (void)mmreader::matches("a", none));
	if (has_regex()) {
		const mmreader::search mixed({mmreader::pattern::regex("\\d\\d$"), "c="});

		CHECK(mixed.count(file) == 2);
	}
}

static void test_split(const reader &file)
{
	mmreader::scan_options scan;
	const mmreader::split paragraphs = mmreader::split::records("");
	const mmreader::split errors = mmreader::split::records("ERROR");
	mmreader::split lines;

	scan.records = paragraphs.get();
	CHECK(mmreader::count_lines(file, scan) == 2);
	scan.records = errors.get();
	CHECK(mmreader::count_lines(file, scan) == 3);
	scan.records = lines.get();
	CHECK(mmreader::count_lines(file, scan) == 5);
	CHECK_THROWS(std::errc::invalid_argument, (void)mmreader::split::rows('"'));
}

static void test_index()
{
	std::string lines;

	for (int i = 0; i < 100000; i++)
		lines += std::to_string(i) + "\n";

	const reader file = reader::from_memory(lines);
	mmreader::index index = mmreader::index::build(file);
	mmreader::scan_options scan;

	CHECK(index && index.describe().lines == 100000);
	scan.index = index.get();
	CHECK(mmreader::line_at(file, 77777, scan) == "77777\n");
	index.verify();

	mmreader::index moved = std::move(index);

	/* An empty index is not used. */
	CHECK(!index && index.describe().lines == 0);
	scan.index = index.get();
	CHECK(mmreader::line_at(file, 77777, scan) == "77777\n");
	CHECK_THROWS(std::errc::bad_file_descriptor, index.verify());
	CHECK_THROWS(std::errc::bad_file_descriptor, index.extend());

	const temporary data(lines);
	mmreader::reader saved(data.path());
	const std::string place = data.path() + ".mmri";
	mmreader::index_options options;

	CHECK_THROWS(std::errc::no_such_file_or_directory, (void)mmreader::index::load(saved));
	options.place = place.c_str();
	CHECK(mmreader::index::make(saved, {}, options).describe().lines == 100000);
}

static void test_bisect()
{
	const std::string sorted = "apple 1\nbanana 2\nbanana 30\ncherry 4\n";
	const reader file = reader::from_memory(sorted);
	mmreader::sort_key key;

	key.kind = MMR_KEY_FIELD;
	CHECK(mmreader::bisect(file, "banana", key) == 8u);
	CHECK(mmreader::bisect(file, "banana", key, MMR_BOUND_UPPER) == 27u);
	CHECK(mmreader::bisect(file, "zebra", key) == sorted.size());
	key.field = 5;
	CHECK(!mmreader::bisect(file, "banana", key));

	const reader unsorted = reader::from_memory("b\na\n");
	std::error_code code;

	CHECK_THROWS(errc::unordered, (void)mmreader::bisect(unsorted, "a"));
	CHECK(mmreader::bisect(unsorted, "a", {}, MMR_BOUND_LOWER, {}, code));
	CHECK(code == errc::unordered);
}

static void test_intern()
{
	mmreader::intern_pool pool, other;

	CHECK(pool.add("a") == 0 && pool.add("b") == 1 && pool.add("a") == 0);
	CHECK(pool.size() == 2 && pool.text(1) == "b" && pool.heap() > 0);
	CHECK(pool.find("b") == 1u && !pool.find("c"));
	CHECK_THROWS(std::errc::result_out_of_range, (void)pool.text(2));
	other.add("c");
	other.add("a");
	CHECK((pool.merge(other) == std::vector<std::uint32_t>{2, 0}));
	pool.freeze();
	CHECK_THROWS(std::errc::operation_not_permitted, pool.add("d"));
	CHECK_THROWS(std::errc::operation_not_permitted, (void)pool.find("a"));

	mmreader::intern_pool moved = std::move(pool);

	CHECK(moved.size() == 3 && pool.size() == 0 && pool.heap() == 0);
	CHECK_THROWS(std::errc::operation_not_permitted, pool.add("d"));
	CHECK_THROWS(std::errc::operation_not_permitted, (void)pool.find("d"));
	CHECK_THROWS(std::errc::operation_not_permitted, pool.merge(other));
	CHECK_THROWS(std::errc::result_out_of_range, (void)pool.text(0));
	CHECK(moved.text(2) == "c");
	CHECK(other.merge(pool).empty());

	mmreader::intern_pool borrowing(true);
	const reader file = reader::from_memory("abc");

	CHECK(borrowing.add(file.bytes()) == 0);
	CHECK(borrowing.text(0).data() == file.bytes().data());
	CHECK_THROWS(std::errc::invalid_argument, borrowing.add("not in a reader"));
}

static void test_reports(const reader &file)
{
	const mmr_memory memory = mmreader::memory_usage();

	CHECK(mmreader::memory_available() > 0);
	CHECK(memory.heap > 0 && memory.heap_peak >= memory.heap);
	CHECK(mmreader::memory_usage(file).backing == MMR_BACKING_CALLER);
	CHECK(mmreader::filetype_of_bytes("\x89PNG\r\n\x1a\n").mime == std::string("image/png"));
	CHECK(mmreader::filetype_of(file).mime == std::string("text/plain"));
	CHECK(mmreader::library_status(MMR_LIBRARY_MAGIC).name == std::string("libmagic"));

	const temporary data(std::string(100000, 'x'));
	const reader mapped(data.path());
	const mmreader::residency residency = mmreader::residency_of(mapped, 5);

	CHECK(residency.buckets.size() == 5 && residency.whole.bytes >= 100000);
}

int main()
{
	const reader file = reader::from_memory(text);

	if (has_regex())
		test_regex(file);
	test_search(file);
	test_split(file);
	test_index();
	test_bisect();
	test_intern();
	test_reports(file);
	return n_failed != 0;
}
