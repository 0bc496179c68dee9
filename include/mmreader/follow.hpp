/* follow.hpp - follows files as they grow, are truncated and are replaced
 *
 *	mmreader::follower logs;
 *
 *	logs.add("app.log", mmreader::rest);
 *	while (std::optional<mmreader::follow_event> event = logs.next())
 *		if (event->kind == MMR_FOLLOW_GREW)
 *			print(event->file(), event->start, event->stop);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FOLLOW_HPP
#define MMREADER_FOLLOW_HPP

#include <mmreader/reader.hpp>

namespace mmreader
{

inline namespace MMREADER_MODE_
{

/* Options of a follower, as in mmr_follow_options. */
struct follow_options {
	std::uint64_t limit = rest;
	unsigned look_every = 250;
	unsigned gone_after = 1000;
	mmr_backing_kind backing = MMR_BACKING_UNMAPPED;
	bool polling = false;
	bool changes = false;
};

/* What has happened to a file, as in mmr_follow_event.
 *
 * Lifetime: of the reader and the descriptor, until the next event is requested. */
class follow_event
{
public:
	explicit follow_event(const mmr_follow_event &event)
		: kind(event.kind), number(event.file), code(event.code, category()), fd(event.fd),
		  start(event.start), stop(event.stop), file_(reader::adopt(event.reader))
	{
	}

	follow_event(follow_event &&) noexcept = default;
	follow_event &operator=(follow_event &&) = delete;

	~follow_event()
	{
		/* The follower closes it. */
		(void)file_.release();
	}

	/* The file; an empty reader if there is none. */
	[[nodiscard]] const reader &file() const noexcept
	{
		return file_;
	}

	mmr_follow_kind kind;
	int number; /* that add has returned */
	std::error_code code;
	int fd;
	std::uint64_t start, stop;

private:
	reader file_;
};

/* Follows files. It can be moved; one that was moved from has no files and no events. */
class follower
{
public:
	explicit follower(const follow_options &options = {}, on_error err = on_error())
	{
		mmr_follow_options c = MMR_FOLLOW_OPTIONS_INIT;
		mmr_follow *opened = nullptr;

		c.limit = options.limit;
		c.look_every = options.look_every;
		c.gone_after = options.gone_after;
		c.backing = options.backing;
		c.polling = options.polling;
		c.changes = options.changes;
		if (!err.failed(mmr_follow_open(&c, &opened)))
			handle_.reset(opened);
	}

	[[nodiscard]] mmr_follow *get() const noexcept
	{
		return handle_.get();
	}

	/* Returns: the number of the file; -1 if an error is stored. */
	int add(const std::filesystem::path &path, std::uint64_t offset = 0,
		on_error err = on_error())
	{
		return added(handle_ ? mmr_follow_add(get(), path.c_str(), offset) : -EBADF, err);
	}

	/* The descriptor is duplicated. */
	int add_fd(int fd, std::uint64_t offset = 0, on_error err = on_error())
	{
		return added(handle_ ? mmr_follow_add_fd(get(), fd, offset) : -EBADF, err);
	}

	void remove(int number) noexcept
	{
		if (handle_)
			mmr_follow_remove(get(), number);
	}

	/* Waits for an event; a negative timeout waits for ever. Returns: no value if there was
	 * none in time. */
	[[nodiscard]] std::optional<follow_event> next(int timeout_ms = -1)
	{
		mmr_follow_event event;

		if (!handle_ || mmr_follow_next(get(), timeout_ms, &event) <= 0)
			return std::nullopt;
		return std::optional<follow_event>(event);
	}

	/* Like next, for one file and without waiting. */
	[[nodiscard]] std::optional<follow_event> look(int number)
	{
		mmr_follow_event event;

		if (!handle_ || mmr_follow_look(get(), number, &event) <= 0)
			return std::nullopt;
		return std::optional<follow_event>(event);
	}

	/* Sets how far a file has been used, or why it could not be: mmr_follow_used. */
	void used(int number, std::uint64_t off, std::error_code reason = {},
		on_error err = on_error())
	{
		if (handle_)
			err.failed(mmr_follow_used(get(), number, off, reason.value()));
		else
			err.failed_silently(-EBADF);
	}

	/* Ends a wait by an event. Any thread and signal handlers may call it. */
	void interrupt() noexcept
	{
		if (handle_)
			mmr_follow_interrupt(get());
	}

	/* For poll(2); -1 if the follower is empty. */
	[[nodiscard]] int fd() const noexcept
	{
		return handle_ ? mmr_follow_fd(get()) : -1;
	}

	/* Milliseconds after which next should be called; -1 without files. */
	[[nodiscard]] int timeout() const noexcept
	{
		return handle_ ? mmr_follow_timeout(get()) : -1;
	}

private:
	static int added(int result, on_error err)
	{
		if (result == -EBADF)
			err.failed_silently(result);
		else
			err.failed(result);
		return result < 0 ? -1 : result;
	}

	detail::handle<mmr_follow, mmr_follow_close> handle_;
};

} // namespace MMREADER_MODE_

} // namespace mmreader

#endif
