/* followed.c - growth, truncation and replacement of one file
 *
 * Nothing here waits or relies on an event. Each step compares the name with the file that is open,
 * and the file's size with what was printed.
 *
 * SPDX-License-Identifier: MIT */
#include "input/followed.h"

#include "status/message.h"
#include "output/output.h"
#include "status/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are printed between two checks for SIGINT. */
#define PIECE ((uint64_t)8 << 20)
/* Seconds before a missing name is reported. During each rotation it is missing for a moment. */
#define MISSED_AFTER 1.0
/* Seconds between two renewals of the watch of the folder, which may be replaced. */
#define FOLDER_EVERY 1.0

static const struct incarnation nothing = {.fd = -1, .watch = NO_WATCH};

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

/* --- Incarnations ---------------------------------------------------------------------------- */

static void forget(struct incarnation *it)
{
	watch_drop(it->watch);
	if (it->fd >= 0)
		close(it->fd);
	*it = nothing;
}

/* The watch starts before the size is read, so that no growth is missed. */
static void take(struct incarnation *it, int fd, const struct stat *st)
{
	*it = (struct incarnation){fd, st->st_dev, st->st_ino, 0, watch_file(fd)};
}

static bool is_it(const struct incarnation *it, const struct stat *st)
{
	return it->fd >= 0 && it->device == st->st_dev && it->inode == st->st_ino;
}

static int size_of(const struct incarnation *it, uint64_t *ret_size)
{
	struct stat st;

	if (fstat(it->fd, &st) < 0)
		return -errno;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

/* Handles a failed read of a file. */
static void lose(struct followed *file, struct incarnation *it, int err)
{
	/* ESTALE: the file was removed on the NFS server. The name may appear again. */
	if (err == -ESTALE && file->path) {
		forget(it);
		return;
	}
	file->follower->status = message_file_at(file->name, err, it->off);
	file->done = true;
}

/* Skips no more bytes or lines: the rest of the selection continues at the start of a file. */
static void select_from_start(struct followed *file)
{
	file->range.skip_bytes = 0;
	file->range.skip_lines = 0;
	file->lines_before = 0;
	file->knows_lines = true;
}

static bool is_complete(const struct followed *file)
{
	return mmr_range_ended(&file->range) || file->follower->maximum == 0;
}

/* Continues at the start of the next file. */
static void promote(struct followed *file)
{
	uint64_t size = 0;

	/* The last line will not get its delimiter any more. */
	if (file->follower->work->search && size_of(&file->now, &size) == 0 &&
		size > file->now.off && !is_complete(file))
		followed_search(file, size, true);
	forget(&file->now);
	file->now = file->next;
	file->next = nothing;
	select_from_start(file);
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
	struct incarnation *it = &file->now;
	static char buffer[64 << 10];
	mmr_range *range = &file->range;
	mmr_slice bytes;
	ssize_t n;
	int err;

	while (it->off < stop && !is_complete(file)) {
		/* Bytes before the selection need not be read. */
		if (range->skip_bytes > 0) {
			uint64_t step = min_u64(range->skip_bytes, stop - it->off);

			range->skip_bytes -= step;
			it->off += step;
			continue;
		}
		n = pread(it->fd, buffer, (size_t)min_u64(stop - it->off, sizeof(buffer)),
			(off_t)it->off);
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
		it->off += is_complete(file) ? (uint64_t)(bytes.ptr + bytes.len - buffer)
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
	struct incarnation *it = &file->now;
	uint64_t done;
	int err;

	followed_header(file);
	err = output_range(it->fd, it->off, stop - it->off, &done);
	it->off += done;
	report_bytes(done);
	return err;
}

/* Begins again at the start of a file that is shorter than what was printed of it. */
static void restart(struct followed *file)
{
	file->now.off = 0;
	select_from_start(file);
	say(file, "truncated; following from the start");
}

/* Prints what the file has grown by, up to `limit` bytes. Returns: whether there is more. Growth
 * during the call is left to the next step. */
static bool print_growth(struct followed *file, uint64_t limit)
{
	struct incarnation *it = &file->now;
	uint64_t size = 0, stop;
	int err = size_of(it, &size);

	if (err < 0) {
		lose(file, it, err);
		return false;
	}
	if (size < it->off)
		restart(file);
	if (size <= it->off || is_complete(file))
		return false;
	stop = it->off + min_u64(size - it->off, limit);
	if (file->follower->work->search) {
		err = followed_search(file, size, false);
		output_flush();
		stop = it->off;
	}
	while (err == 0 && it->off < stop && !is_complete(file) && !*file->follower->stopped) {
		uint64_t edge = it->off + min_u64(stop - it->off, PIECE);

		if (is_open_ended(file))
			err = print_all(file, edge);
		else
			err = print_selected(file, edge);
		output_flush();
	}
	if (err == MMR_ETRUNCATED) {
		/* The file was shorter than expected and may have grown again. If it ends where
		 * printing stopped, no printed byte is gone. */
		if (size_of(it, &size) == 0 && size != it->off)
			restart(file);
		return true;
	}
	if (err < 0) {
		lose(file, it, err);
	} else if (err > 0) {
		file->follower->status = STATUS_TROUBLE;
		file->done = true;
	}
	return err == 0 && stop < size && !file->follower->work->search;
}

/* --- The name -------------------------------------------------------------------------------- */

/* Whether standard output is this file, which would then grow without end. Prints a message. */
static bool is_output(const struct followed *file, const struct stat *st)
{
	if (!output_is_input(st, 0, UINT64_MAX, true))
		return false;
	file->follower->status =
		message("%s: cannot print: input file is output file", message_quote(file->name));
	return true;
}

/* Opens the file at a path. Returns: its descriptor, or -1 with errno: EISDIR or ENOTSUP if it is
 * not a regular file. */
static int open_name(const char *path, struct stat *ret_st)
{
	int fd, errnum = 0;

	/* O_NONBLOCK: if the name belongs to a FIFO, do not wait for a writer. */
	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -1;
	if (fstat(fd, ret_st) < 0)
		errnum = errno;
	else if (!S_ISREG(ret_st->st_mode))
		errnum = S_ISDIR(ret_st->st_mode) ? EISDIR : ENOTSUP;
	if (errnum == 0)
		return fd;
	close(fd);
	errno = errnum;
	return -1;
}

/* Like open_name for standard input, which may be at any offset of its file. */
static int open_input(struct stat *ret_st, off_t *ret_off)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), errnum;

	if (fd < 0)
		return -1;
	if (fstat(fd, ret_st) == 0) {
		*ret_off = lseek(fd, 0, SEEK_CUR);
		if (*ret_off >= 0)
			return fd;
	}
	errnum = errno;
	close(fd);
	errno = errnum;
	return -1;
}

/* Handles a name without a file that can be followed. `errnum` is the reason. */
static void miss(struct followed *file, int errnum)
{
	if (file->missing != errnum) {
		file->missing = errnum;
		file->since = now_seconds();
	}
	if (file->reported == errnum || now_seconds() - file->since < MISSED_AFTER)
		return;
	file->reported = errnum;
	if (errnum == ENOENT)
		say(file, "disappeared; waiting for it to reappear");
	else
		message("%s: cannot open: %s; waiting for another file", message_quote(file->name),
			errnum == ENOTSUP ? "not a regular file" : strerror(errnum));
}

/* Renews the watch of the folder of the path. */
static void watch_over(struct followed *file)
{
	double now = now_seconds();
	int before = file->folder_watch;

	if (now - file->folder_seen < FOLDER_EVERY)
		return;
	file->folder_seen = now;
	file->folder_watch = watch_folder(file->folder);
	watch_drop(before);
}

/* Starts to follow another file that has the name now. */
static void replace(struct followed *file, int fd, const struct stat *st)
{
	bool first = file->now.fd < 0;

	if (!first)
		print_growth(file, UINT64_MAX);
	/* Two replacements in a row: the file between them is printed too. */
	if (file->next.fd >= 0) {
		promote(file);
		print_growth(file, UINT64_MAX);
	}
	if (file->done)
		close(fd);
	else
		take(first ? &file->now : &file->next, fd, st);
}

static void look_at_name(struct followed *file)
{
	const struct incarnation *newest = file->next.fd >= 0 ? &file->next : &file->now;
	bool first = newest->fd < 0;
	struct stat st;
	int fd;

	watch_over(file);
	if (stat(file->path, &st) < 0) {
		miss(file, errno);
		return;
	}
	if (is_it(newest, &st)) {
		if (file->reported)
			say(file, "reappeared; following it");
		file->missing = file->reported = 0;
		return;
	}
	fd = open_name(file->path, &st);
	if (fd < 0) {
		miss(file, errno);
		return;
	}
	file->missing = file->reported = 0;
	/* The followed file got its name back between stat(2) and open(2). */
	if (is_it(newest, &st)) {
		close(fd);
		return;
	}
	if (is_output(file, &st)) {
		file->done = true;
		close(fd);
		return;
	}
	replace(file, fd, &st);
	if (!file->done)
		say(file, first ? "appeared; following it" : "replaced; following the new file");
}

bool followed_step(struct followed *file, uint64_t limit)
{
	uint64_t size = 0;
	bool more;
	int err;

	if (file->path)
		look_at_name(file);
	if (file->done)
		return false;
	err = file->next.fd >= 0 ? size_of(&file->next, &size) : 0;
	if (err < 0)
		lose(file, &file->next, err);
	/* The new file has its first byte, so the old one is complete. */
	if (size > 0) {
		print_growth(file, UINT64_MAX);
		promote(file);
	}
	more = file->now.fd >= 0 && print_growth(file, limit);
	file->done |= is_complete(file);
	return more && !file->done;
}

bool followed_is_watched(const struct followed *file)
{
	struct stat st;

	if (file->now.fd >= 0 && file->now.watch == NO_WATCH)
		return false;
	if (file->next.fd >= 0 && file->next.watch == NO_WATCH)
		return false;
	if (!file->path)
		return true;
	/* If the path is a symbolic link, its target may be replaced in a folder that is not
	 * watched. */
	return file->folder_watch != NO_WATCH && !file->missing && lstat(file->path, &st) == 0 &&
	       !S_ISLNK(st.st_mode);
}

/* --- Start ------------------------------------------------------------------------------------ */

/* Finds the start of a selection that counts from the end. */
static int locate_start(struct followed *file)
{
	const struct options *options = file->follower->options;
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	struct input input = {.name = file->name, .fd = file->now.fd};
	mmr_scan_options scan;
	int err;

	how.offset = file->now.off;
	if (options->no_mmap)
		how.backing = MMR_BACKING_UNMAPPED;
	err = mmr_open_fd(input.fd, &how, &input.reader);
	if (err < 0)
		return err;
	err = selection_locate(&input, options, &options->selections[0], NO_MAXIMUM, &scan);
	mmr_close(input.reader);
	if (err == 0)
		file->now.off += scan.offset;
	return err;
}

static bool set_folder(struct followed *file)
{
	const char *slash = strrchr(file->path, '/');
	size_t len = slash ? (size_t)(slash - file->path) + 1 : 1;

	file->folder = malloc(len + 1);
	if (!file->folder)
		return false;
	memcpy(file->folder, slash ? file->path : ".", len);
	file->folder[len] = '\0';
	return true;
}

/* Starts the selection in the file that is open. Returns: 0 or a code of the library. */
static int begin(struct followed *file)
{
	const struct options *options = file->follower->options;
	mmr_scan_options scan = selection_range(options, &options->selections[0], NO_MAXIMUM);
	int err = 0;

	file->range = mmr_range_of(&scan);
	if (options->selections[0].range.start >= 0)
		return 0;
	select_from_start(file);
	if (file->now.fd >= 0) {
		file->knows_lines = false;
		err = locate_start(file);
	}
	if (err == MMR_ETRUNCATED)
		restart(file);
	return err == MMR_ETRUNCATED ? 0 : err;
}

static enum follow fail(const struct followed *file, int errnum)
{
	file->follower->status =
		message("%s: cannot follow: %s", message_quote(file->name), strerror(errnum));
	return FOLLOW_FAILED;
}

/* Decides what to do with an open file. */
static enum follow judge(const struct followed *file, int fd, const struct stat *st)
{
	int pseudo = watch_is_pseudo(fd);

	if (pseudo < 0)
		return fail(file, -pseudo);
	if (pseudo)
		return FOLLOW_NOT;
	return is_output(file, st) ? FOLLOW_FAILED : FOLLOW_IT;
}

/* Opens the file to follow, if it exists. Returns: like followed_start. */
static enum follow open_first(struct followed *file)
{
	const char *path = file->path;
	enum follow what;
	off_t here = 0;
	struct stat st;
	int fd;

	/* A file that is not regular is not followed: the caller prints it once, or reports why it
	 * cannot. */
	if ((path ? stat(path, &st) : fstat(STDIN_FILENO, &st)) == 0 && !S_ISREG(st.st_mode))
		return FOLLOW_NOT;
	fd = path ? open_name(path, &st) : open_input(&st, &here);
	if (fd < 0 && !path)
		return fail(file, errno);
	if (fd < 0) {
		file->missing = file->reported = errno;
		file->follower->status = message("%s: cannot open: %s; waiting for it to appear",
			message_quote(path), strerror(file->missing));
		return FOLLOW_IT;
	}
	what = judge(file, fd, &st);
	if (what != FOLLOW_IT) {
		close(fd);
		return what;
	}
	take(&file->now, fd, &st);
	file->now.off = (uint64_t)here;
	return FOLLOW_IT;
}

enum follow followed_start(struct followed *file, const char *name, struct follower *follower)
{
	bool is_input = strcmp(name, "-") == 0;
	enum follow what;
	int err;

	*file = (struct followed){.follower = follower,
		.name = is_input ? "standard input" : name,
		.path = is_input ? NULL : name,
		.folder_watch = NO_WATCH,
		.folder_seen = -FOLDER_EVERY,
		.look = binary_matters(follower->options->binary),
		.now = nothing,
		.next = nothing};
	if (!is_input && !set_folder(file))
		return fail(file, ENOMEM);
	if (!is_input)
		watch_over(file);
	what = open_first(file);
	err = what == FOLLOW_IT ? begin(file) : 0;
	if (err < 0) {
		follower->status = message_file(file->name, err);
		what = FOLLOW_FAILED;
	}
	if (what != FOLLOW_IT)
		followed_close(file);
	return what;
}

void followed_close(struct followed *file)
{
	if (!file->path && file->now.fd >= 0)
		lseek(file->now.fd, (off_t)file->now.off, SEEK_SET);
	forget(&file->now);
	forget(&file->next);
	watch_drop(file->folder_watch);
	file->folder_watch = NO_WATCH;
	free(file->folder);
	file->folder = NULL;
}
