/* follow.cc - a follower of mmreader.hpp reports growth, truncation and replacement
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.hpp>

#include "check.hpp"

#include <type_traits>

using mmreader::follow_event;
using mmreader::follower;

static_assert(std::is_move_constructible_v<follow_event>);
static_assert(!std::is_copy_constructible_v<follow_event>);
static_assert(std::is_nothrow_move_constructible_v<follower>);

static constexpr int patience = 20000; /* ms */

/* Waits for the next event, which must be of a kind. Returns: the bytes that a GREW reports. */
static std::string wait_for(follower &logs, mmr_follow_kind kind)
{
	const std::optional<follow_event> event = logs.next(patience);

	CHECK(event && event->kind == kind);
	if (!event || event->kind != MMR_FOLLOW_GREW)
		return {};
	return event->file().read_at(event->start, event->stop - event->start);
}

static void append(const std::string &path, const char *text)
{
	std::FILE *file = std::fopen(path.c_str(), "a");

	if (!file || std::fputs(text, file) < 0 || std::fclose(file) != 0)
		std::exit(99);
}

int main()
{
	const temporary log("one\ntw");
	follower logs;
	std::error_code code;

	CHECK(!logs.next(0) && logs.timeout() == -1 && logs.fd() >= 0);
	CHECK(logs.add(log.path()) == 0);
	CHECK(wait_for(logs, MMR_FOLLOW_OPENED).empty());
	CHECK(wait_for(logs, MMR_FOLLOW_GREW) == "one\ntw");
	logs.used(0, 4);
	CHECK(!logs.look(0));
	append(log.path(), "o\n");
	CHECK(wait_for(logs, MMR_FOLLOW_GREW) == "two\n");
	CHECK(truncate(log.path().c_str(), 0) == 0);
	CHECK(wait_for(logs, MMR_FOLLOW_TRUNCATED).empty());
	append(log.path(), "new\n");
	CHECK(wait_for(logs, MMR_FOLLOW_GREW) == "new\n");

	logs.interrupt();
	CHECK(wait_for(logs, MMR_FOLLOW_INTERRUPTED).empty());

	follower moved = std::move(logs);

	CHECK(!logs.next(0) && !logs.look(0) && logs.fd() == -1 && logs.timeout() == -1);
	CHECK(logs.add(log.path(), 0, code) == -1 && code == std::errc::bad_file_descriptor);
	logs.interrupt();
	logs.remove(0);
	CHECK_THROWS(std::errc::bad_file_descriptor, logs.used(0, 0));
	append(log.path(), "moved\n");
	CHECK(wait_for(moved, MMR_FOLLOW_GREW) == "moved\n");
	moved.remove(0);
	CHECK(!moved.next(0));

	/* A missing file is an event, not an error; a folder cannot be followed. */
	CHECK(moved.add("/nonexistent/file") == 0);
	const std::optional<follow_event> gone = moved.next(patience);
	CHECK(gone && gone->kind == MMR_FOLLOW_GONE && !gone->file());
	CHECK(gone && gone->code == std::errc::no_such_file_or_directory);
	CHECK_THROWS(std::errc::is_a_directory, moved.add("/tmp"));
	CHECK_THROWS(std::errc::bad_file_descriptor, moved.add_fd(-1));
	CHECK_THROWS(std::errc::invalid_argument, moved.used(7, 0));
	return n_failed != 0;
}
