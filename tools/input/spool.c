/* spool.c - saving a stream to an unlinked file
 *
 * SPDX-License-Identifier: MIT */
#include "input/selection.h"
#include "input/temporary.h"
#include "status/message.h"
#include "status/progress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static enum status spool_failed(const struct input *input)
{
	return message("%s: cannot save the input in '%s': %s; set TMPDIR to another folder",
		message_quote(input->name), message_quote(temporary_folder()), strerror(errno));
}

/* What is still to be saved for each selection. */
static mmr_range ranges[MAX_SELECTIONS];
static size_t n_ranges;

static void start_ranges(const struct options *options)
{
	size_t i;

	n_ranges = options->n_selections;
	for (i = 0; i < n_ranges; i++) {
		const struct selection *selection = &options->selections[i];
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

		/* A range that counts from the end needs the whole stream. The end of a record is
		 * known when the next one has been found, and its number may depend on bytes after
		 * the range, so all is saved for records, too. Keys are searched for in all lines.
		 * The range starts after the header, whose length is not known. */
		if (!range_from_end(&selection->range) && !options->records &&
			!options->has_header && !keys_given(&options->keys))
			scan = selection_range(options, selection, options->maximum);
		ranges[i] = mmr_range_of(&scan);
	}
}

/* Returns: how many bytes to read next, at most `room`; 0 when all selections are complete. No byte
 * after the end of the last one is read if that end is known. */
static size_t next_read(size_t room)
{
	uint64_t wanted = 0, one;
	size_t i;

	for (i = 0; i < n_ranges; i++) {
		one = mmr_range_wanted(&ranges[i]);
		wanted = one > wanted ? one : wanted;
	}
	return (size_t)min_u64(wanted, room);
}

/* Removes the end of the next bytes that no selection needs. Returns: 0 or a code. */
static int trim(mmr_slice *bytes)
{
	const char *end = bytes->ptr;
	size_t i;

	for (i = 0; i < n_ranges; i++) {
		mmr_slice selected = *bytes;
		int err = mmr_range_cut(&ranges[i], &selected);

		if (err < 0)
			return err;
		if (selected.ptr + selected.len > end)
			end = selected.ptr + selected.len;
	}
	bytes->len = (size_t)(end - bytes->ptr);
	return 0;
}

/* Writes the stream to a file, up to the end of the last selection. */
static enum status save(struct input *input, int fd)
{
	static char buffer[64 << 10];
	mmr_slice bytes;
	size_t room;
	ssize_t n;
	int err;

	while ((room = next_read(sizeof(buffer))) > 0 && (n = read(input->fd, buffer, room)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return message_file_at(input->name, -errno, UINT64_MAX);
		bytes = (mmr_slice){buffer, (size_t)n};
		err = trim(&bytes);
		if (err < 0)
			return message_file(input->name, err);
		if (!temporary_write(fd, bytes.ptr, bytes.len))
			return spool_failed(input);
		progress_add(bytes.len);
	}
	return STATUS_DONE;
}

enum status input_spool(struct input *input, const struct options *options)
{
	enum status status;
	int fd;

	start_ranges(options);
	progress_expect(UINT64_MAX);
	fd = temporary_create();
	status = fd < 0 ? spool_failed(input) : save(input, fd);
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
