/* target.c - what has happened to the files of one target
 *
 * Nothing here waits or relies on an event of the system. Each look compares the path with the file
 * that is open, and the size of the file with what was reported of it.
 *
 * SPDX-License-Identifier: MIT */
#include "follow/target_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int64_t follow_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * FOLLOW_MS + now.tv_nsec;
}

/* --- Events ----------------------------------------------------------------------------------- */

bool target_report(mmr_follow_event *ret_event, enum mmr_follow_kind kind,
	const struct target_file *file, int code)
{
	*ret_event = (mmr_follow_event){
		.kind = kind, .file = -1, .code = code, .fd = file ? file->reader->fd : -1};
	ret_event->reader = file ? file->reader : NULL;
	return true;
}

bool target_report_range(mmr_follow_event *ret_event, enum mmr_follow_kind kind,
	const struct target_file *file, uint64_t start, uint64_t stop)
{
	target_report(ret_event, kind, file, 0);
	ret_event->start = start;
	ret_event->stop = stop;
	return true;
}

/* Stops following after an error whose message is set. */
static bool fail(struct target *target, int code, mmr_follow_event *ret_event)
{
	target->failed = true;
	return target_report(
		ret_event, MMR_FOLLOW_FAILED, target->n_files > 0 ? &target->files[0] : NULL, code);
}

/* --- Open files ------------------------------------------------------------------------------- */

static int open_reader(const struct follow_shared *shared, const struct target *target,
	const char *name, int fd, mmr_reader **ret_reader)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;

	options.backing = shared->options.backing;
	return reader_open(name, fd, target->path != NULL, &options, ret_reader);
}

int target_add_file(struct follow_shared *shared, struct target *target, const char *name, int fd,
	const struct os_stat *stat)
{
	struct target_file *file = &target->files[target->n_files];
	int err = open_reader(shared, target, name, fd, &file->reader);

	if (err < 0)
		return err;
	file->dev = stat->dev;
	file->ino = stat->ino;
	/* The watch starts before the size is looked at, so no growth is missed. */
	file->watch = watches_add_file(&shared->watches, file->reader->fd);
	target->n_files++;
	return 0;
}

static void retire(struct follow_shared *shared, mmr_reader *reader)
{
	mmr_close(shared->retired);
	shared->retired = reader;
}

void target_restart(struct target *target)
{
	target->off = target->seen = 0;
	target->lost = 0;
	target->first.len = target->last.len = 0;
}

/* Closes the first file. The next one becomes the first. */
static void drop_first(struct follow_shared *shared, struct target *target)
{
	watches_drop(&shared->watches, target->files[0].watch);
	retire(shared, target->files[0].reader);
	target->n_files--;
	memmove(&target->files[0], &target->files[1], target->n_files * sizeof(target->files[0]));
	target_restart(target);
	target->end = MMR_REST;
}

int target_renew_reader(struct follow_shared *shared, struct target *target)
{
	struct target_file *file = &target->files[0];
	mmr_reader *reader;
	int fd, err;

	err = os_dup(file->reader->fd, &fd);
	if (err < 0)
		return error_set(err, "open '%s' again", file->reader->name);
	err = open_reader(shared, target, file->reader->name, fd, &reader);
	if (err < 0)
		return err;
	retire(shared, file->reader);
	file->reader = reader;
	return 0;
}

bool target_lose(
	struct follow_shared *shared, struct target *target, int err, mmr_follow_event *ret_event)
{
	/* The file was removed on the NFS server. Another one may get the path. */
	if (err != -ESTALE || !target->path)
		return fail(target, err, ret_event);
	target_report(ret_event, MMR_FOLLOW_ENDED, &target->files[0], err);
	drop_first(shared, target);
	return true;
}

/* --- Looks ------------------------------------------------------------------------------------ */

/* Whether a later file has the path for good: it has a byte, or lost the path to another one. */
static bool is_past(const struct target *target)
{
	struct os_stat now;

	if (target->n_files < 2)
		return false;
	/* If the new file cannot be read, its own turn reports it. */
	return target->n_files > 2 || os_stat_fd(target->files[1].reader->fd, &now) < 0 ||
	       now.size > 0;
}

static bool look_at_files(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event)
{
	struct os_stat now;
	bool past;

	if (target->n_files == 0)
		return false;
	/* First, so that all bytes that were written before the new file got one are reported; but
	 * not all that a writer appends for ever. */
	past = target->end != MMR_REST || is_past(target);
	if (past && target->end == MMR_REST && os_stat_fd(target->files[0].reader->fd, &now) == 0)
		target->end = now.size;
	if (target_look_at_bytes(shared, target, ret_event))
		return true;
	if (!past)
		return false;
	target_report_range(
		ret_event, MMR_FOLLOW_ENDED, &target->files[0], target->off, target->seen);
	drop_first(shared, target);
	return true;
}

bool target_look(struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event)
{
	if (target->failed)
		return false;
	if (target->is_new) {
		target->is_new = false;
		return target->n_files > 0
			       ? target_report(ret_event, MMR_FOLLOW_OPENED, &target->files[0], 0)
			       : target_report(ret_event, MMR_FOLLOW_GONE, NULL, target->missing);
	}
	if (target->lost < 0 && target->lost != MMR_ETRUNCATED) {
		int err = target->lost;

		error_set_at(err, target->off, "read '%s'", target->files[0].reader->name);
		return target_lose(shared, target, err, ret_event);
	}
	return (target->path && target_look_at_path(shared, target, ret_event)) ||
	       look_at_files(shared, target, ret_event);
}

bool target_is_watched(const struct target *target)
{
	size_t i;

	for (i = 0; i < target->n_files; i++)
		if (target->files[i].watch == OS_NO_WATCH)
			return false;
	/* If the path is a symbolic link, its target may be replaced in a folder that is not
	 * watched. */
	return !target->path || (target->folder_watch != OS_NO_WATCH && !target->missing &&
					!os_is_link(target->path));
}

void target_end(struct follow_shared *shared, struct target *target)
{
	size_t i;

	for (i = 0; i < target->n_files; i++) {
		watches_drop(&shared->watches, target->files[i].watch);
		mmr_close(target->files[i].reader);
	}
	watches_drop(&shared->watches, target->folder_watch);
	heap_free(target->path);
	heap_free(target->folder);
	memset(target, 0, sizeof(*target));
}
