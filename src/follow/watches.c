/* watches.c - a table of the watches of a follower
 *
 * SPDX-License-Identifier: MIT */
#include "follow/watches.h"

#include <string.h>

static struct watch_users *find(const struct watches *watches, int handle)
{
	size_t i;

	for (i = 0; i < watches->n_users; i++)
		if (watches->users[i].handle == handle)
			return &watches->users[i];
	return NULL;
}

/* Makes room for one more watch. Returns: false without memory. */
static bool make_room(struct watches *watches)
{
	size_t larger = watches->room ? 2 * watches->room : 16;
	struct watch_users *moved;

	if (watches->n_users < watches->room)
		return true;
	moved = heap_alloc(larger * sizeof(*moved));
	if (!moved)
		return false;
	if (watches->n_users > 0)
		memcpy(moved, watches->users, watches->n_users * sizeof(*moved));
	heap_free(watches->users);
	watches->users = moved;
	watches->room = larger;
	return true;
}

static int count_up(struct watches *watches, int handle)
{
	struct watch_users *users = handle == OS_NO_WATCH ? NULL : find(watches, handle);

	if (handle == OS_NO_WATCH)
		return OS_NO_WATCH;
	if (!users) {
		users = &watches->users[watches->n_users++];
		*users = (struct watch_users){handle, 0};
	}
	users->n++;
	return handle;
}

int watches_add_file(struct watches *watches, int fd)
{
	return make_room(watches) ? count_up(watches, os_watch_file(&watches->watcher, fd))
				  : OS_NO_WATCH;
}

int watches_add_folder(struct watches *watches, const char *path)
{
	return make_room(watches) ? count_up(watches, os_watch_folder(&watches->watcher, path))
				  : OS_NO_WATCH;
}

void watches_drop(struct watches *watches, int handle)
{
	struct watch_users *users = handle == OS_NO_WATCH ? NULL : find(watches, handle);

	if (!users || --users->n > 0)
		return;
	*users = watches->users[--watches->n_users];
	os_watch_end(&watches->watcher, handle);
}
