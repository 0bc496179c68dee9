/* target_path.c - which file has the path of a target
 *
 * SPDX-License-Identifier: MIT */
#include "follow/target_parts.h"

#include <errno.h>

/* The time between two renewals of the watch of the folder, which may be replaced. */
#define FOLDER_EVERY (1000 * FOLLOW_MS)

int target_open_path(const char *path, int *ret_fd, struct os_stat *ret_stat)
{
	/* If the path is that of a FIFO, this does not wait for a writer. */
	int err = os_open(path, false, ret_fd);

	if (err < 0)
		return err;
	err = os_stat_fd(*ret_fd, ret_stat);
	if (err == 0 && ret_stat->kind != OS_REGULAR)
		err = ret_stat->kind == OS_DIRECTORY ? -EISDIR : -ENOTSUP;
	if (err == 0)
		err = os_is_pseudo(*ret_fd);
	if (err == 0)
		return 0;
	os_close(*ret_fd);
	return err > 0 ? -ENOTSUP : err;
}

static bool is_at(const struct target_file *file, const struct os_stat *stat)
{
	return file && file->dev == stat->dev && file->ino == stat->ino;
}

/* Handles a path without a file that can be followed. */
static bool miss(const struct follow_shared *shared, struct target *target, int why,
	mmr_follow_event *ret_event)
{
	if (target->missing != why) {
		target->missing = why;
		target->missing_since = follow_now();
	}
	if (target->reported == why || follow_now() - target->missing_since <
					       (int64_t)shared->options.gone_after * FOLLOW_MS)
		return false;
	target->reported = why;
	return target_report(
		ret_event, MMR_FOLLOW_GONE, target->n_files > 0 ? &target->files[0] : NULL, why);
}

void target_watch_folder(struct follow_shared *shared, struct target *target)
{
	int before = target->folder_watch;
	int64_t now = follow_now();

	if (now - target->folder_seen < FOLDER_EVERY)
		return;
	target->folder_seen = now;
	target->folder_watch = watches_add_folder(&shared->watches, target->folder);
	watches_drop(&shared->watches, before);
}

bool target_look_at_path(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event)
{
	const struct target_file *newest =
		target->n_files > 0 ? &target->files[target->n_files - 1] : NULL;
	struct error_note note;
	struct os_stat stat;
	bool is_back;
	int fd, err;

	target_watch_folder(shared, target);
	err = os_stat_path(target->path, &stat);
	if (err < 0)
		return miss(shared, target, err, ret_event);
	if (is_at(newest, &stat)) {
		is_back = target->reported != 0;
		target->missing = target->reported = 0;
		return is_back && target_report(ret_event, MMR_FOLLOW_RETURNED, newest, 0);
	}
	/* First come the bytes of the files that are open. */
	if (target->n_files == FOLLOW_OPEN_MAX)
		return false;
	err = target_open_path(target->path, &fd, &stat);
	if (err < 0)
		return miss(shared, target, err, ret_event);
	/* The file got its path back between stat(2) and open(2). */
	if (is_at(newest, &stat)) {
		os_close(fd);
		return false;
	}
	error_save(&note);
	err = target_add_file(shared, target, target->path, fd, &stat);
	if (err < 0) {
		/* It is opened again by the next look. */
		error_restore(&note);
		return miss(shared, target, err, ret_event);
	}
	target->missing = target->reported = 0;
	return target_report(ret_event, newest ? MMR_FOLLOW_REPLACED : MMR_FOLLOW_OPENED,
		&target->files[target->n_files - 1], 0);
}
