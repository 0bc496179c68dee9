/* inject_events.c - scenarios of followers
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Changes the file without faults. `old` is its next name, or NULL. */
static void change(const char *old, const char *text, int flags)
{
	ssize_t n = -1;
	int fd;

	inject_stop();
	if (old)
		rename("followed", old);
	fd = open("followed", O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	if (fd >= 0) {
		n = write(fd, text, strlen(text));
		close(fd);
	}
	must(n == (ssize_t)strlen(text), "cannot write the file");
	inject_start();
}

/* The path cannot be queried, or its file cannot be opened. Such an event sets no message. */
static int miss(int code)
{
	bool survived;
	int fault;

	must(inject_failed(&fault, &survived) && !survived && code == -fault, "another reason");
	return code;
}

/* Gets the next event, which must be of a kind, and reads its bytes. Returns: 0 or the code of what
 * has failed. */
static int get(mmr_follow *follow, enum mmr_follow_kind kind)
{
	mmr_follow_event event = {.kind = kind};
	char bytes[64];
	size_t len, got;
	int err = 0;

	must(mmr_follow_next(follow, 10000, &event) == 1, "no event");
	if (event.kind == MMR_FOLLOW_GONE)
		return miss(event.code);
	if (event.code < 0)
		return tried(event.code, "the event", NULL, 0);
	must(event.kind == kind, "another event");
	note(event.kind);
	note(event.start);
	note(event.stop);
	len = (size_t)(event.stop - event.start);
	if (event.kind == MMR_FOLLOW_GREW && len <= sizeof(bytes))
		err = TRY(got, mmr_read_at(event.reader, event.start, bytes, len, &got));
	if (err == 0 && event.kind == MMR_FOLLOW_GREW)
		note_bytes((mmr_slice){bytes, got});
	return err;
}

/* Growth, truncation, rotation and a missing file. */
static int watch(mmr_follow *follow)
{
	int err = TRY_ALONE(mmr_follow_add(follow, "followed", 0));

	if (err >= 0)
		err = get(follow, MMR_FOLLOW_OPENED);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_GREW);
	change(NULL, "two\n", O_APPEND);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_GREW);
	change(NULL, "3\n", O_TRUNC);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_TRUNCATED);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_GREW);
	change("followed.old", "four\n", 0);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_REPLACED);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_ENDED);
	if (err == 0)
		err = get(follow, MMR_FOLLOW_GREW);
	mmr_follow_remove(follow, 0);
	return err;
}

static int follow_file(bool polling)
{
	mmr_follow_options options = MMR_FOLLOW_OPTIONS_INIT;
	mmr_follow_event event;
	mmr_follow *follow;
	int err, fd;

	/* A failure is reported at once. */
	options.gone_after = 0;
	options.look_every = 2;
	options.polling = polling;
	options.changes = true;
	change(NULL, "one\n", O_TRUNC);
	err = TRY(follow, mmr_follow_open(&options, &follow));
	if (err < 0)
		return err;
	err = watch(follow);
	if (err == 0) {
		inject_stop();
		fd = open("followed", O_RDONLY | O_CLOEXEC);
		inject_start();
		err = fd < 0 ? -errno : TRY_ALONE(mmr_follow_add_fd(follow, fd, 0));
		if (fd >= 0)
			close(fd);
		if (err >= 0)
			err = get(follow, MMR_FOLLOW_OPENED);
	}
	/* A wait that ends without an event. */
	if (err == 0)
		err = get(follow, MMR_FOLLOW_GREW);
	if (err == 0)
		err = mmr_follow_next(follow, 3, &event) == 0
			      ? 0
			      : tried(event.code, "the wait", NULL, 0);
	if (err == 0) {
		mmr_follow_interrupt(follow);
		err = get(follow, MMR_FOLLOW_INTERRUPTED);
	}
	mmr_follow_close(follow);
	return err;
}

static int follow_watched(void)
{
	return follow_file(false);
}

static int follow_polled(void)
{
	return follow_file(true);
}

const struct scenario inject_event_scenarios[] = {
	{"follow_watched", follow_watched},
	{"follow_polled", follow_polled},
	{NULL, NULL},
};
