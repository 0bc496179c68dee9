/* watch_linux.c - inotify(7)
 *
 * A file is watched by its descriptor, through /proc, since another file may have its name by now.
 *
 * SPDX-License-Identifier: MIT */
#include "input/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The kernel has one watch per inode, however often it is added. */
struct shared {
	int handle;
	unsigned n_users;
};

static int notifier = -1;
static struct shared *watches;
static size_t n_watches, room;

int watch_start(void)
{
	notifier = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return notifier;
}

/* Types of file systems, from the manual page statfs(2) and from their sources. On the remote
 * ones, another machine may write to a file without an event here. */
static const uint32_t remote_types[] = {
	0x01021997, /* 9P */
	0x6b414653, /* AFS */
	0x00c36400, /* Ceph */
	0xff534d42, /* CIFS */
	0x73757245, /* Coda */
	0x65735546, /* FUSE */
	0x01161970, /* GFS2 */
	0x0bd00bd0, /* Lustre */
	0x6969,     /* NFS */
	0x7461636f, /* OCFS2 */
	0x517b,     /* SMB */
	0xfe534d42, /* SMB2 */
	0,
};

static const uint32_t pseudo_types[] = {
	0x27e0eb,   /* cgroup */
	0x63677270, /* cgroup2 */
	0x64626720, /* debugfs */
	0x9fa0,     /* proc */
	0x73636673, /* securityfs */
	0x62656572, /* sysfs */
	0x74726163, /* tracefs */
	0,
};

static bool has_type(const struct statfs *fs, const uint32_t *types)
{
	while (*types != 0 && *types != (uint32_t)fs->f_type)
		types++;
	return *types != 0;
}

int watch_is_pseudo(int fd)
{
	struct statfs fs;

	/* File systems in user space need not have this call. */
	if (fstatfs(fd, &fs) < 0)
		return errno == ENOSYS ? 0 : -errno;
	return has_type(&fs, pseudo_types);
}

static struct shared *find(int handle)
{
	size_t i;

	for (i = 0; i < n_watches; i++)
		if (watches[i].handle == handle)
			return &watches[i];
	return NULL;
}

/* Makes room for one more watch. Returns: false without memory. */
static bool make_room(void)
{
	size_t larger = room ? 2 * room : 16;
	struct shared *moved;

	if (n_watches < room)
		return true;
	moved = realloc(watches, larger * sizeof(*moved));
	if (!moved)
		return false;
	watches = moved;
	room = larger;
	return true;
}

static int add(const char *path, uint32_t events)
{
	struct shared *shared;
	int handle;

	if (notifier < 0 || !make_room())
		return NO_WATCH;
	/* Two watches of one inode for different events both get all events. */
	handle = inotify_add_watch(notifier, path, events | IN_MASK_ADD);
	if (handle < 0)
		return NO_WATCH;
	shared = find(handle);
	if (!shared) {
		shared = &watches[n_watches++];
		*shared = (struct shared){handle, 0};
	}
	shared->n_users++;
	return handle;
}

int watch_file(int fd)
{
	char path[64];
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || has_type(&fs, remote_types))
		return NO_WATCH;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return add(path, IN_MODIFY);
}

int watch_folder(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0 || has_type(&fs, remote_types))
		return NO_WATCH;
	return add(path, IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF |
				 IN_DELETE_SELF | IN_ONLYDIR);
}

void watch_drop(int handle)
{
	struct shared *shared = handle == NO_WATCH ? NULL : find(handle);

	if (!shared || --shared->n_users > 0)
		return;
	*shared = watches[--n_watches];
	/* This fails if the inode was deleted, which has ended the watch. */
	inotify_rm_watch(notifier, handle);
}

bool watch_clear(void)
{
	static char events[16 << 10];
	ssize_t n;

	/* The events are not used, and lost ones do no harm: the caller examines everything. Events
	 * that do not fit wake the poll again. */
	do
		n = read(notifier, events, sizeof(events));
	while (n < 0 && errno == EINTR);
	return n > 0 || (n < 0 && errno == EAGAIN);
}
