/* input.c - opening what the command line names
 *
 * SPDX-License-Identifier: MIT */
#include "input.h"

#include "message.h"
#include "part.h"

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

/* How far the part reaches: all the way where it counts from the end. */
static void begin_part(struct feed *feed, const struct options *options)
{
	static const struct options all = {.maximum = NO_MAXIMUM};

	feed_begin(feed, range_from_end(&options->range) ? &all : options);
}

/* Not a byte behind a part of bytes. */
static size_t room_for(const struct feed *feed, size_t room)
{
	if (feed->lines || feed->left > UINT64_MAX - feed->skip)
		return room;
	return (size_t)min_u64(feed->skip + feed->left, room);
}

/* Puts a file with the stream's bytes, up to the end of the part, in the stream's place. */
static enum status spool(struct input *input, const struct options *options)
{
	static char bytes[64 << 10];
	int fd = spool_create(), err;
	struct feed feed;
	mmr_slice part;
	ssize_t n;

	if (fd < 0)
		return spool_failed(input);
	begin_part(&feed, options);
	while (!feed_done(&feed) &&
		(n = read(input->fd, bytes, room_for(&feed, sizeof(bytes)))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			message("%s: %s", message_quote(input->name), strerror(errno));
			goto close_spool;
		}
		part = (mmr_slice){bytes, (size_t)n};
		err = feed_cut(&feed, &part);
		if (err < 0) {
			message_file(input->name, err);
			goto close_spool;
		}
		if (!spool_write(fd, bytes, (size_t)(part.ptr + part.len - bytes))) {
			spool_failed(input);
			goto close_spool;
		}
	}
	if (input->own_fd)
		close(input->fd);
	input->fd = fd;
	input->own_fd = true;
	input->spooled = true;
	return STATUS_DONE;

close_spool:
	close(fd);
	return STATUS_TROUBLE;
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
