/* input.c - opening the files of the command line
 *
 * SPDX-License-Identifier: MIT */
#include "input/input.h"

#include "status/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Smaller files are copied into memory even with --no-mmap: the library detects the wrong sizes of
 * files in /sys only when it copies them. */
#define SMALL (16 << 10)

static int open_stream(struct input *input)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;

	options.backing = MMR_BACKING_STREAM;
	return mmr_open_fd(input->fd, &options, &input->reader);
}

static int open_at(struct input *input, const struct stat *st, uint64_t base)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;

	if (input->no_mmap && (st->st_size >= SMALL || S_ISBLK(st->st_mode)))
		options.backing = MMR_BACKING_UNMAPPED;
	input->base = base;
	options.offset = base;
	return mmr_open_fd(input->fd, &options, &input->reader);
}

static int open_file(struct input *input, const struct stat *st)
{
	off_t here = input->own_fd ? 0 : lseek(input->fd, 0, SEEK_CUR);

	return here < 0 ? -errno : open_at(input, st, (uint64_t)here);
}

int input_move(struct input *input, uint64_t base)
{
	mmr_close(input->reader);
	input->reader = NULL;
	return open_at(input, &input->st, base);
}

/* Regular files and block devices have offsets. A regular file of size 0 may be one of /proc, which
 * has contents, so it is read to its end like a stream. */
static bool has_offsets(const struct stat *st)
{
	return (S_ISREG(st->st_mode) && st->st_size > 0) || S_ISBLK(st->st_mode);
}

static enum status fail(const struct input *input, int errnum)
{
	return message_file_at(input->name, -errnum, UINT64_MAX);
}

static enum status start(struct input *input, enum need need, const struct options *options)
{
	struct stat *st = &input->st;
	int err;

	/* Standard input may be closed or for writing only. */
	if ((fcntl(input->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
		return fail(input, EBADF);
	if (fstat(input->fd, st) < 0)
		return fail(input, errno);
	if (S_ISDIR(st->st_mode))
		return fail(input, EISDIR);
	if (!has_offsets(st)) {
		if (need == NEED_BYTES) {
			err = open_stream(input);
			return err < 0 ? message_file(input->name, err) : STATUS_DONE;
		}
		/* The library reads the files of /proc into memory. */
		if (S_ISREG(st->st_mode) && open_file(input, st) == 0) {
			if (mmr_abilities(input->reader) & MMR_HAS_OFFSETS)
				return STATUS_DONE;
			mmr_close(input->reader);
			input->reader = NULL;
		}
		if (need == NEED_SIZE)
			return message("%s: cannot divide into shards: size is unknown; "
				       "save the input to a file first",
				message_quote(input->name));
		if (input_spool(input, options) != STATUS_DONE)
			return STATUS_TROUBLE;
	}
	if (fstat(input->fd, st) < 0)
		return fail(input, errno);
	err = open_file(input, st);
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}

enum status input_open(
	const char *file, enum need need, const struct options *options, struct input *ret_input)
{
	struct input input = {.name = file, .fd = STDIN_FILENO, .no_mmap = options->no_mmap};

	if (strcmp(file, "-") == 0) {
		input.name = "standard input";
	} else {
		/* For a FIFO, this waits for a writer, as cat does. */
		do
			input.fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		while (input.fd < 0 && errno == EINTR);
		if (input.fd < 0)
			return message("%s: cannot open: %s", message_quote(file), strerror(errno));
		input.own_fd = true;
	}
	if (start(&input, need, options) != STATUS_DONE) {
		input_close(&input);
		return STATUS_TROUBLE;
	}
	*ret_input = input;
	return STATUS_DONE;
}

static bool find_status(const char *file, struct stat *ret_st)
{
	return (strcmp(file, "-") == 0 ? fstat(STDIN_FILENO, ret_st) : stat(file, ret_st)) == 0;
}

bool input_is_one_stream(const char *file, const char *other)
{
	struct stat a, b;

	/* Files that cannot be opened are reported later. A device gives each reader its bytes. */
	if (!find_status(file, &a) || !find_status(other, &b) || a.st_dev != b.st_dev ||
		a.st_ino != b.st_ino)
		return false;
	return S_ISFIFO(a.st_mode) || S_ISSOCK(a.st_mode) ||
	       (S_ISCHR(a.st_mode) && strcmp(file, "-") == 0 && strcmp(other, "-") == 0);
}

void input_close(struct input *input)
{
	/* The reader of a stream sets the offset itself. */
	if (input->reader && !input->own_fd && mmr_backing(input->reader) != MMR_BACKING_STREAM)
		lseek(input->fd, (off_t)(input->base + input->used), SEEK_SET);
	mmr_index_close(input->index);
	mmr_close(input->reader);
	free((char *)input->header.ptr);
	if (input->own_fd)
		close(input->fd);
}
