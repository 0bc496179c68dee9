/* target_parts.h - what the files target*.c share
 *
 * A function that may have an event returns whether there is one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FOLLOW_TARGET_PARTS_H
#define SRC_FOLLOW_TARGET_PARTS_H

#include "follow/target.h"

/* --- target.c --- */

/* Fills an event. `file` may be NULL. Returns: true. */
bool target_report(mmr_follow_event *ret_event, enum mmr_follow_kind kind,
	const struct target_file *file, int code);
bool target_report_range(mmr_follow_event *ret_event, enum mmr_follow_kind kind,
	const struct target_file *file, uint64_t start, uint64_t stop);

/* Adds an open file. On failure its descriptor is closed. */
int target_add_file(struct follow_shared *shared, struct target *target, const char *name, int fd,
	const struct os_stat *stat);

/* Opens the reader of the first file again, after a truncation. */
int target_renew_reader(struct follow_shared *shared, struct target *target);

/* Begins at the start of the first file. */
void target_restart(struct target *target);

/* Handles the failed read of the first file. The message is set. */
bool target_lose(
	struct follow_shared *shared, struct target *target, int err, mmr_follow_event *ret_event);

/* --- target_bytes.c --- */

/* Reports what has happened to the bytes of the first file. */
bool target_look_at_bytes(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event);

/* --- target_path.c --- */

/* Opens the file at a path. Errors: those of open(2), fstat(2) and fstatfs(2); -EISDIR or -ENOTSUP
 * for one that does not grow. */
int target_open_path(const char *path, int *ret_fd, struct os_stat *ret_stat);

/* Watches the folder of the path; another folder may have its name now. */
void target_watch_folder(struct follow_shared *shared, struct target *target);

/* Reports whether another file or none has the path. */
bool target_look_at_path(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event);

#endif
