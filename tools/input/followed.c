/* followed.c - prints what the events of one file report
 *
 * The library follows the file. What it reports is cut here to what is selected.
 *
 * SPDX-License-Identifier: MIT */
#include "input/followed.h"

#include "status/message.h"
#include "output/output.h"
#include "status/report.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are printed between two checks for SIGINT. */
#define PIECE ((uint64_t)8 << 20)

static void say(const struct followed *file, const char *what)
{
	message("%s: %s", message_quote(file->name), what);
}

void followed_header(const struct followed *file)
{
	struct follower *follower = file->follower;

	if (!follower->headers || follower->last == file)
		return;
	if (follower->last)
		output_write("\n", 1);
	output_write("==> ", 4);
	output_write(file->name, strlen(file->name));
	output_write(" <==\n", 5);
	follower->last = file;
}

static bool is_complete(const struct followed *file)
{
	return mmr_range_ended(&file->range) || file->follower->maximum == 0;
}

/* Skips no more bytes or lines: the rest of the selection continues at the start of a file. */
static void select_from_start(struct followed *file)
{
	file->off = 0;
	file->range.skip_bytes = 0;
	file->range.skip_lines = 0;
	file->lines_before = 0;
	file->knows_lines = true;
}

static void restart(struct followed *file)
{
	select_from_start(file);
	say(file, "truncated; following from the start");
}

/* --- Printing -------------------------------------------------------------------------------- */

/* Whether every byte from here on is printed without being examined. */
static bool is_open_ended(const struct followed *file)
{
	const mmr_range *range = &file->range;

	return !file->look && range->skip_bytes == 0 && range->skip_lines == 0 &&
	       range->bytes == MMR_REST && range->lines == MMR_REST &&
	       file->follower->maximum == NO_MAXIMUM;
}

/* Cuts the next bytes to what is selected in this file and what -m allows in all files. */
static int cut(struct followed *file, mmr_slice *bytes)
{
	mmr_range *range = &file->range;
	uint64_t *maximum = &file->follower->maximum;
	uint64_t lines = range->lines, allowed = min_u64(lines, *maximum), passed;
	int err;

	range->lines = allowed;
	err = mmr_range_cut(range, bytes);
	passed = allowed - range->lines;
	range->lines = lines == MMR_REST ? MMR_REST : lines - passed;
	if (*maximum != NO_MAXIMUM)
		*maximum -= passed;
	return err;
}

/* Prints what is selected of bytes [off, stop). Returns: 0; MMR_ETRUNCATED if the file ends before
 * `stop`; a negated errno; 1 if binary data was refused for a terminal, after a message. */
static int print_selected(struct followed *file, uint64_t stop)
{
	static char buffer[64 << 10];
	mmr_range *range = &file->range;
	mmr_slice bytes;
	ssize_t n;
	int err;

	while (file->off < stop && !is_complete(file)) {
		/* Bytes before the selection need not be read. */
		if (range->skip_bytes > 0) {
			uint64_t step = min_u64(range->skip_bytes, stop - file->off);

			range->skip_bytes -= step;
			file->off += step;
			continue;
		}
		n = pread(file->fd, buffer, (size_t)min_u64(stop - file->off, sizeof(buffer)),
			(off_t)file->off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return MMR_ETRUNCATED;
		bytes = (mmr_slice){buffer, (size_t)n};
		err = cut(file, &bytes);
		if (err < 0)
			return err;
		/* The offset is right after the last byte of a complete selection: followed_close
		 * leaves standard input there. */
		file->off += is_complete(file) ? (uint64_t)(bytes.ptr + bytes.len - buffer)
					       : (uint64_t)n;
		if (bytes.len == 0)
			continue;
		if (file->look && binary_refused(file->name, bytes))
			return 1;
		file->look = false;
		followed_header(file);
		output_write(bytes.ptr, bytes.len);
		report_bytes(bytes.len);
	}
	return 0;
}

static int print_all(struct followed *file, uint64_t stop)
{
	uint64_t done;
	int err;

	followed_header(file);
	err = output_range(file->fd, file->off, stop - file->off, &done);
	file->off += done;
	report_bytes(done);
	return err;
}

/* Prints bytes up to `stop` and says how many were used. */
static void print_growth(struct followed *file, uint64_t stop)
{
	struct follower *follower = file->follower;
	int err = 0;

	if (follower->work->search) {
		err = followed_search(file, stop, false);
		output_flush();
	}
	while (!follower->work->search && err == 0 && file->off < stop && !is_complete(file) &&
		!*follower->stopped) {
		uint64_t edge = file->off + min_u64(stop - file->off, PIECE);

		err = is_open_ended(file) ? print_all(file, edge) : print_selected(file, edge);
		output_flush();
	}
	if (err > 0) {
		follower->status = STATUS_TROUBLE;
		file->done = true;
	} else if (mmr_follow_used(follower->follow, file->number, file->off, err) < 0) {
		follower->status = message("%s", mmr_last_error());
		file->done = true;
	}
}

/* Continues at the start of the next file. */
static void end_file(struct followed *file, const mmr_follow_event *event)
{
	/* The last line will not get its delimiter any more. If it cannot be read, it is lost. */
	if (file->follower->work->search && event->start < event->stop && !is_complete(file)) {
		followed_search(file, event->stop, true);
		output_flush();
	}
	select_from_start(file);
}

/* --- Events ----------------------------------------------------------------------------------- */

/* Whether standard output is this file, which would then grow without end, or whether this cannot
 * be found out. Prints a message. */
static bool is_output(const struct followed *file, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		file->follower->status = message_file_at(file->name, -errno, UINT64_MAX);
		return true;
	}
	if (!output_is_input(&st, 0, UINT64_MAX, true))
		return false;
	file->follower->status =
		message("%s: cannot print: input file is output file", message_quote(file->name));
	return true;
}

/* `code` is why no file has the name. */
static const char *reason(int code)
{
	return code == -ENOTSUP ? "not a regular file" : mmr_strerror(code);
}

static void miss(const struct followed *file, int code)
{
	if (code == -ENOENT)
		say(file, "disappeared; waiting for it to reappear");
	else
		message("%s: cannot open: %s; waiting for another file", message_quote(file->name),
			reason(code));
}

void followed_handle(struct followed *file, const mmr_follow_event *event)
{
	switch (event->kind) {
	case MMR_FOLLOW_OPENED:
	case MMR_FOLLOW_REPLACED:
		file->done = is_output(file, event->fd);
		if (!file->done)
			say(file, event->kind == MMR_FOLLOW_OPENED
					  ? "appeared; following it"
					  : "replaced; following the new file");
		break;
	case MMR_FOLLOW_GREW:
		file->fd = event->fd;
		file->off = event->start;
		print_growth(file, event->stop);
		break;
	case MMR_FOLLOW_TRUNCATED:
		restart(file);
		break;
	case MMR_FOLLOW_ENDED:
		file->fd = event->fd;
		end_file(file, event);
		break;
	case MMR_FOLLOW_GONE:
		miss(file, event->code);
		break;
	case MMR_FOLLOW_RETURNED:
		say(file, "reappeared; following it");
		break;
	case MMR_FOLLOW_FAILED:
		file->follower->status = message_file_at(file->name, event->code, file->off);
		file->done = true;
		break;
	default:
		break;
	}
	file->done |= is_complete(file);
}

/* --- Start ------------------------------------------------------------------------------------ */

/* Finds the start of a selection that counts from the end. */
static int locate_start(struct followed *file)
{
	const struct options *options = file->follower->options;
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	struct input input = {.name = file->name, .fd = file->fd};
	mmr_scan_options scan;
	int err;

	how.offset = file->off;
	if (options->no_mmap)
		how.backing = MMR_BACKING_UNMAPPED;
	err = mmr_open_fd(input.fd, &how, &input.reader);
	if (err < 0)
		return err;
	err = selection_locate(&input, options, &options->selections[0], NO_MAXIMUM, &scan);
	mmr_close(input.reader);
	if (err == 0)
		file->off += scan.offset;
	return err;
}

/* Starts the selection in the file that is open. Returns: 0 or a code of the library. */
static int begin(struct followed *file)
{
	const struct options *options = file->follower->options;
	mmr_scan_options scan = selection_range(options, &options->selections[0], NO_MAXIMUM);
	uint64_t start = file->off;
	int err = 0;

	file->range = mmr_range_of(&scan);
	if (options->selections[0].range.start >= 0)
		return 0;
	select_from_start(file);
	if (file->fd < 0)
		return 0;
	file->off = start;
	file->knows_lines = false;
	err = locate_start(file);
	if (err == MMR_ETRUNCATED) {
		restart(file);
		err = 0;
	}
	return err < 0 ? err : mmr_follow_used(file->follower->follow, file->number, file->off, 0);
}

static enum follow fail(const struct followed *file, int code)
{
	file->follower->status =
		message("%s: cannot follow: %s", message_quote(file->name), mmr_strerror(code));
	return FOLLOW_FAILED;
}

/* Adds the file to the follower of the library. Returns: its number, or a code of the library. */
static int add(struct followed *file)
{
	mmr_follow *follow = file->follower->follow;
	off_t here;

	if (!file->is_input)
		return mmr_follow_add(follow, file->name, 0);
	/* Standard input may be at any offset of its file. */
	here = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (here < 0 && errno != ESPIPE)
		return -errno;
	file->off = here < 0 ? 0 : (uint64_t)here;
	return mmr_follow_add_fd(follow, STDIN_FILENO, file->off);
}

enum follow followed_start(struct followed *file, const char *name, struct follower *follower)
{
	bool is_input = strcmp(name, "-") == 0;
	mmr_follow_event event = {.fd = -1};
	int err;

	*file = (struct followed){.follower = follower,
		.name = is_input ? "standard input" : name,
		.is_input = is_input,
		.fd = -1,
		.look = binary_matters(follower->options->binary)};
	file->number = add(file);
	/* The caller prints it once, or reports why it cannot. */
	if (file->number == MMR_ESTREAM || file->number == -EISDIR || file->number == -ENOTSUP ||
		file->number == -EBADF)
		return FOLLOW_NOT;
	if (file->number < 0)
		return fail(file, file->number);
	if (mmr_follow_look(follower->follow, file->number, &event) == 0 ||
		event.kind != MMR_FOLLOW_OPENED) {
		follower->status = message("%s: cannot open: %s; waiting for it to appear",
			message_quote(name), reason(event.code));
	} else if (is_output(file, event.fd)) {
		followed_close(file);
		return FOLLOW_FAILED;
	}
	file->fd = event.fd;
	err = begin(file);
	if (err == 0)
		return FOLLOW_IT;
	follower->status = message_file(file->name, err);
	followed_close(file);
	return FOLLOW_FAILED;
}

void followed_print(struct followed *file)
{
	mmr_follow_event event;
	struct stat st;
	uint64_t end;

	/* The file may grow faster than it is printed. */
	end = file->fd >= 0 && fstat(file->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	while (!file->done && !*file->follower->stopped &&
		mmr_follow_look(file->follower->follow, file->number, &event) > 0) {
		followed_handle(file, &event);
		if (event.kind == MMR_FOLLOW_GREW && event.stop >= end)
			break;
	}
	file->done |= is_complete(file);
}

void followed_close(struct followed *file)
{
	if (file->is_input && file->fd >= 0)
		lseek(STDIN_FILENO, (off_t)file->off, SEEK_SET);
	mmr_follow_remove(file->follower->follow, file->number);
	file->fd = -1;
}
