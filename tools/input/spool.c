/* spool.c - saving a stream to an unlinked file
 *
 * SPDX-License-Identifier: MIT */
#include "input/spool.h"

#include "input/selection.h"
#include "status/message.h"
#include "status/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	mmr_range *ranges; /* one for each selection */
	size_t n_ranges;
};

static bool reach_begin(struct reach *reach, const struct options *options)
{
	size_t i;

	reach->n_ranges = options->n_selections;
	reach->ranges = calloc(reach->n_ranges, sizeof(*reach->ranges));
	for (i = 0; reach->ranges && i < reach->n_ranges; i++) {
		const struct selection *selection = &options->selections[i];
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

		/* A range that is counted from the end needs the whole stream. */
		if (!range_from_end(&selection->range))
			scan = selection_range(options, selection, options->maximum);
		reach->ranges[i] = mmr_range_of(&scan);
	}
	return reach->ranges != NULL;
}

/* How many bytes to read next, up to `room`: none after the last selection, and not one too many
 * where that ends at a known byte. */
static size_t reach_room(const struct reach *reach, size_t room)
{
	uint64_t wanted = 0;
	size_t i;

	for (i = 0; i < reach->n_ranges; i++)
		if (wanted < mmr_range_wanted(&reach->ranges[i]))
			wanted = mmr_range_wanted(&reach->ranges[i]);
	return (size_t)min_u64(wanted, room);
}

/* Cuts off the next bytes what no selection reaches. Returns: 0 or a code of the library. */
static int reach_cut(struct reach *reach, mmr_slice *bytes)
{
	size_t i, len = 0;

	for (i = 0; i < reach->n_ranges; i++) {
		mmr_slice part = *bytes;
		int err = mmr_range_cut(&reach->ranges[i], &part);

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
enum status spool_input(struct input *input, const struct options *options)
{
	enum status status;
	struct reach reach;
	int fd;

	if (!reach_begin(&reach, options))
		return message("%s: %s", message_quote(input->name), strerror(ENOMEM));
	progress_expect(UINT64_MAX);
	fd = spool_create();
	status = fd < 0 ? spool_failed(input) : save(input, &reach, fd);
	free(reach.ranges);
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
