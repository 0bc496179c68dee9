/* watches.h - counts the users of each watch
 *
 * The kernel has one watch for each file or folder, however often it is added, but several files of
 * a follower can be in one folder.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FOLLOW_WATCHES_H
#define SRC_FOLLOW_WATCHES_H

#include "os/os.h"

struct watch_users {
	int handle;
	unsigned n;
};

struct watches {
	struct os_watcher watcher;
	struct watch_users *users; /* of heap */
	size_t n_users, room;
};

/* Like os_watch_file and os_watch_folder; without memory, nothing is watched. */
int watches_add_file(struct watches *watches, int fd);
int watches_add_folder(struct watches *watches, const char *path);

/* Ends one use of a watch. OS_NO_WATCH is allowed. */
void watches_drop(struct watches *watches, int handle);

#endif
