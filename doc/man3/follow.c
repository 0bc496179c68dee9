/* follow.c - the bytes of a file, and those that are appended
 *
 * This program prints a file and what is appended to it, until the file is removed. It goes on with
 * another file that gets the same path, as logs do that are rotated:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

/* Prints the bytes that an event reports. */
static int print_bytes(const mmr_follow_event *event)
{
	char buffer[4096];
	uint64_t off = event->start;
	size_t len;
	int err;

	while (off < event->stop) {
		len = event->stop - off < sizeof(buffer) ? (size_t)(event->stop - off)
							 : sizeof(buffer);
		err = mmr_read_at(event->reader, off, buffer, len, &len);
		if (err < 0)
			return err;
		fwrite(buffer, 1, len, stdout);
		off += len;
	}
	return 0;
}

static int print_events(mmr_follow *follow)
{
	mmr_follow_event event;
	int err;

	for (;;) {
		err = mmr_follow_next(follow, -1, &event);
		if (err < 0 || event.kind == MMR_FOLLOW_GONE)
			return err;
		if (event.kind == MMR_FOLLOW_FAILED)
			return event.code;
		if (event.kind == MMR_FOLLOW_TRUNCATED)
			fprintf(stderr, "follow: the file was truncated\n");
		if (event.kind == MMR_FOLLOW_GREW) {
			err = print_bytes(&event);
			/* A truncation becomes an event. */
			if (err < 0)
				err = mmr_follow_used(follow, event.file, event.start, err);
			if (err < 0)
				return err;
		}
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	mmr_follow *follow;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: follow FILE\n"), 2;
	err = mmr_follow_open(NULL, &follow);
	if (err == 0) {
		err = mmr_follow_add(follow, argv[1], 0);
		if (err >= 0)
			err = print_events(follow);
		mmr_follow_close(follow);
	}
	if (err < 0)
		return fprintf(stderr, "follow: %s\n", mmr_last_error()), 2;
	return 0;
}
