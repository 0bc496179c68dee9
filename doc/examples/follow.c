/* follow.c - prints the lines that contain a text, as they are appended to logs
 *
 *	follow TEXT FILE...
 *
 * Follows the files by name until SIGINT, as tail -F does: a log may be truncated, rotated, or not
 * exist yet. A line is printed when it has its end, or when its file is rotated away.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are read at a time. Only a longer line needs a larger buffer. */
#define PIECE 65536

static mmr_follow *follow;
static mmr_needle needle;
static char *buffer;
static size_t room;

static void on_interrupt(int number)
{
	(void)number;
	mmr_follow_interrupt(follow);
}

/* Reads bytes [start, stop) of an event into the buffer. */
static int read_bytes(const mmr_follow_event *event, size_t *ret_len)
{
	size_t len = (size_t)(event->stop - event->start);
	char *larger = buffer;

	if (len > room)
		larger = realloc(buffer, len);
	if (!larger)
		return -1;
	if (len > room)
		room = len;
	buffer = larger;
	return mmr_read_at(event->reader, event->start, buffer, len, ret_len);
}

static void print_line(const char *name, mmr_slice line)
{
	mmr_matches it = mmr_matches_of(line, &needle);
	mmr_slice match;

	if (!mmr_matches_next(&it, &match))
		return;
	printf("%s: ", name);
	fwrite(line.ptr, 1, line.len, stdout);
	putchar('\n');
}

/* Prints the lines of an event. The last one may lack its end if it is `whole`. */
static void print_lines(const mmr_follow_event *event, const char *name, bool whole)
{
	mmr_slice bytes = {NULL, 0}, line;
	uint64_t used = event->start;
	mmr_lines it;
	size_t len;
	int err = read_bytes(event, &len);

	if (err == 0) {
		bytes.ptr = buffer;
		bytes.len = len;
		while (!whole && bytes.len > 0 && buffer[bytes.len - 1] != '\n')
			bytes.len--;
		used += bytes.len;
	}
	it = mmr_lines_of(bytes, '\n');
	while (mmr_lines_next(&it, &line))
		print_line(name, line);
	fflush(stdout);
	/* The start of a line comes again, together with its end. A failed read is reported as an
	 * event, unless only the truncation of the file is the reason. */
	if (!whole && mmr_follow_used(follow, event->file, used, err) < 0)
		fprintf(stderr, "follow: %s\n", mmr_last_error());
}

/* Returns: whether the program should go on. */
static bool handle(const mmr_follow_event *event, char **names)
{
	const char *name = event->file < 0 ? "" : names[event->file];

	switch (event->kind) {
	case MMR_FOLLOW_GREW:
		print_lines(event, name, false);
		return true;
	case MMR_FOLLOW_ENDED:
		if (event->code == 0 && event->start < event->stop)
			print_lines(event, name, true);
		return true;
	case MMR_FOLLOW_TRUNCATED:
		fprintf(stderr, "%s: truncated\n", name);
		return true;
	case MMR_FOLLOW_REPLACED:
		fprintf(stderr, "%s: replaced\n", name);
		return true;
	case MMR_FOLLOW_GONE:
		fprintf(stderr, "%s: %s; waiting for it\n", name, mmr_strerror(event->code));
		return true;
	case MMR_FOLLOW_FAILED:
		fprintf(stderr, "follow: %s\n", mmr_last_error());
		return true;
	case MMR_FOLLOW_INTERRUPTED:
		return false;
	default:
		return true;
	}
}

int main(int argc, char **argv)
{
	mmr_follow_options options = MMR_FOLLOW_OPTIONS_INIT;
	mmr_follow_event event;
	int i, err;
	bool more;

	if (argc < 3)
		return fprintf(stderr, "usage: follow TEXT FILE...\n"), 2;
	needle = mmr_needle_of(mmr_slice_of(argv[1]));
	options.limit = PIECE;
	err = mmr_follow_open(&options, &follow);
	for (i = 2; i < argc && err >= 0; i++)
		err = mmr_follow_add(follow, argv[i], 0);
	if (err < 0) {
		fprintf(stderr, "follow: %s\n", mmr_last_error());
		mmr_follow_close(follow);
		return 2;
	}
	signal(SIGINT, on_interrupt);
	/* The files have the numbers 0, 1, ... */
	do
		more = mmr_follow_next(follow, -1, &event) == 0 || handle(&event, argv + 2);
	while (more);
	signal(SIGINT, SIG_DFL);
	mmr_follow_close(follow);
	free(buffer);
	return 0;
}
