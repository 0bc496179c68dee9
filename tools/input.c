/* input.c - opening what the command line names
 *
 * SPDX-License-Identifier: MIT */
#include "input.h"

#include "message.h"
#include "part.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *spool_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

static enum status spool_failed(const struct input *input)
{
	return message("%s: cannot save it in '%s': %s", message_quote(input->name),
		message_quote(spool_folder()), strerror(errno));
}

/* An unlinked file in $TMPDIR. Returns: its descriptor, or -1 with errno. */
static int spool_create(void)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/mmcat.XXXXXX", spool_folder());
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static bool spool_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* How far the selections reach into a stream. */
struct reach {
	struct feed *feeds; /* one a selection */
	size_t n_feeds;
};

static bool reach_begin(struct reach *reach, const struct options *options)
{
	static const struct options all = {.maximum = NO_MAXIMUM};
	static const struct selection to_the_end = {.range = {0, MMR_END, false, 0}};
	size_t i;

	reach->n_feeds = options->n_selections;
	reach->feeds = calloc(reach->n_feeds, sizeof(*reach->feeds));
	for (i = 0; reach->feeds && i < reach->n_feeds; i++) {
		if (range_from_end(&options->selections[i].range))
			feed_begin(&reach->feeds[i], &all, &to_the_end);
		else
			feed_begin(&reach->feeds[i], options, &options->selections[i]);
	}
	return reach->feeds != NULL;
}

/* How many bytes to read next, up to `room`: none after the last selection, and not one too many
 * where that ends at a known byte. */
static size_t reach_room(const struct reach *reach, size_t room)
{
	uint64_t wanted = 0;
	size_t i;

	for (i = 0; i < reach->n_feeds; i++) {
		const struct feed *feed = &reach->feeds[i];

		if (feed_done(feed))
			continue;
		if (feed->lines || feed->left > UINT64_MAX - feed->skip)
			return room;
		if (wanted < feed->skip + feed->left)
			wanted = feed->skip + feed->left;
	}
	return (size_t)min_u64(wanted, room);
}

/* Cuts off the next bytes what no selection reaches. Returns: 0 or a code of the library. */
static int reach_cut(struct reach *reach, mmr_slice *bytes)
{
	size_t i, len = 0;

	for (i = 0; i < reach->n_feeds; i++) {
		mmr_slice part = *bytes;
		int err = feed_done(&reach->feeds[i]) ? 0 : feed_cut(&reach->feeds[i], &part);

		if (err < 0)
			return err;
		if (part.ptr + part.len > bytes->ptr + len)
			len = (size_t)(part.ptr + part.len - bytes->ptr);
	}
	bytes->len = len;
	return 0;
}

/* Writes the stream to a file, as far as the selections reach. */
static enum status save(struct input *input, struct reach *reach, int fd)
{
	static char buffer[64 << 10];
	mmr_slice bytes;
	size_t room;
	ssize_t n;
	int err;

	while ((room = reach_room(reach, sizeof(buffer))) > 0 &&
		(n = read(input->fd, buffer, room)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return message("%s: %s", message_quote(input->name), strerror(errno));
		bytes = (mmr_slice){buffer, (size_t)n};
		err = reach_cut(reach, &bytes);
		if (err < 0)
			return message_file(input->name, err);
		if (!spool_write(fd, bytes.ptr, bytes.len))
			return spool_failed(input);
		progress_add(bytes.len);
	}
	return STATUS_DONE;
}

/* Puts a file with the bytes of the stream in its place. */
static enum status spool(struct input *input, const struct options *options)
{
	enum status status;
	struct reach reach;
	int fd;

	if (!reach_begin(&reach, options))
		return message("%s: %s", message_quote(input->name), strerror(ENOMEM));
	fd = spool_create();
	status = fd < 0 ? spool_failed(input) : save(input, &reach, fd);
	free(reach.feeds);
	if (status != STATUS_DONE) {
		if (fd >= 0)
			close(fd);
		return status;
	}
	if (input->own_fd)
		close(input->fd);
	input->fd = fd;
	input->own_fd = true;
	input->spooled = true;
	return STATUS_DONE;
}

/* Small files are read into memory anyway, and only so the library sees through the sizes that /sys
 * tells: without a map it takes them at their word. */
#define SMALL (16 << 10)

static int open_reader(struct input *input, const struct stat *st)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	off_t here = input->own_fd ? 0 : lseek(input->fd, 0, SEEK_CUR);

	if (here < 0)
		return -errno;
	if (input->no_mmap && (st->st_size >= SMALL || S_ISBLK(st->st_mode)))
		options.backing = MMR_BACKING_UNMAPPED;
	input->base = (uint64_t)here;
	options.offset = input->base;
	return mmr_open_fd(input->fd, &options, &input->reader);
}

/* A regular file with a size has offsets, and so has a block device. A size of 0 may be a lie (of
 * /proc), so such a file is read to its end like a stream. */
static bool has_offsets(const struct stat *st)
{
	return (S_ISREG(st->st_mode) && st->st_size > 0) || S_ISBLK(st->st_mode);
}

static enum status start(struct input *input, enum need need, const struct options *options)
{
	struct stat *st = &input->st;
	int err;

	/* Standard input that was closed or is for writing only is told before it is read. */
	if ((fcntl(input->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return message("%s: %s", message_quote(input->name), strerror(EBADF));
	if (fstat(input->fd, st) < 0)
		return message("%s: %s", message_quote(input->name), strerror(errno));
	if (S_ISDIR(st->st_mode))
		return message("%s: %s", message_quote(input->name), strerror(EISDIR));
	if (!has_offsets(st)) {
		if (need == NEED_BYTES)
			return STATUS_DONE;
		/* The library reads the files of /proc into memory. */
		if (S_ISREG(st->st_mode) && open_reader(input, st) == 0)
			return STATUS_DONE;
		if (need == NEED_SIZE)
			return message("%s: has no size by which shards could be cut",
				message_quote(input->name));
		if (spool(input, options) != STATUS_DONE)
			return STATUS_TROUBLE;
	}
	if (fstat(input->fd, st) < 0)
		return message("%s: %s", message_quote(input->name), strerror(errno));
	err = open_reader(input, st);
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}

enum status input_open(
	const char *file, enum need need, const struct options *options, struct input *ret_input)
{
	struct input input = {.name = file, .fd = STDIN_FILENO, .no_mmap = options->no_mmap};

	if (strcmp(file, "-") == 0) {
		input.name = "standard input";
	} else {
		/* Of a FIFO this waits for a writer, as cat does. */
		do
			input.fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		while (input.fd < 0 && errno == EINTR);
		if (input.fd < 0)
			return message("%s: %s", message_quote(file), strerror(errno));
		input.own_fd = true;
	}
	if (start(&input, need, options) != STATUS_DONE) {
		input_close(&input);
		return STATUS_TROUBLE;
	}
	*ret_input = input;
	return STATUS_DONE;
}

void input_close(struct input *input)
{
	if (input->reader && !input->own_fd)
		lseek(input->fd, (off_t)(input->base + input->used), SEEK_SET);
	mmr_close(input->reader);
	if (input->own_fd)
		close(input->fd);
}
