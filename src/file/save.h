/* save.h - writes a file that replaces another one, as a whole or not at all
 *
 * The bytes go to a temporary file beside the one that is replaced. Nobody sees it before
 * save_finish gives it its name. After a crash the temporary file may stay.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_SAVE_H
#define SRC_FILE_SAVE_H

#include "common.h"

struct save {
	int fd;
	const char *path;
	char temporary[]; /* its path */
};

/* Starts to replace the file at `path`, which stays valid until save_close. The new file has the
 * permissions in `mode`, except that nobody may execute it and only its owner may write it.
 *
 * Errors: -ENOMEM; those of mkstemp(3) and fchmod(2). */
int save_open(const char *path, unsigned mode, struct save **ret_save);

/* Errors: those of pwrite(2). */
int save_write(struct save *save, uint64_t off, const void *bytes, size_t len);

/* Waits for the device, and gives the file its name. Errors: those of fsync(2) and rename(2). */
int save_finish(struct save *save);

/* Ends the writing. A file that was not finished is removed. NULL is allowed. */
void save_close(struct save *save);

/* Removes a file that was saved. Errors are ignored. */
void save_remove(const char *path);

#endif
