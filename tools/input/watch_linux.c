/* watch_linux.c - inotify(7)
 *
 * A file is watched by its descriptor, through /proc: its name may lead elsewhere by now.
 *
 * SPDX-License-Identifier: MIT */
#include "input/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The kernel has one watch for one inode, however often it is asked for. */
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

/* Numbers of statfs(2), from its manual page and the sources of each. */
#define FS_9P     0x01021997
#define FS_AFS    0x6b414653
#define FS_CEPH   0x00c36400
#define FS_CIFS   0xff534d42
#define FS_CODA   0x73757245
#define FS_FUSE   0x65735546
#define FS_GFS2   0x01161970
#define FS_LUSTRE 0x0bd00bd0
#define FS_NFS    0x6969
#define FS_OCFS2  0x7461636f
#define FS_SMB    0x517b
#define FS_SMB2   0xfe534d42

#define FS_CGROUP   0x27e0eb
#define FS_CGROUP2  0x63677270
#define FS_DEBUG    0x64626720
#define FS_PROC     0x9fa0
#define FS_SECURITY 0x73636673
#define FS_SYS      0x62656572
#define FS_TRACE    0x74726163

/* Others may write to the file where no event of this kernel tells. */
static bool is_remote(uint32_t type)
{
	switch (type) {
	case FS_9P:
	case FS_AFS:
	case FS_CEPH:
	case FS_CIFS:
	case FS_CODA:
	case FS_FUSE:
	case FS_GFS2:
	case FS_LUSTRE:
	case FS_NFS:
	case FS_OCFS2:
	case FS_SMB:
	case FS_SMB2:
		return true;
	default:
		return false;
	}
}

int watch_is_pseudo(int fd)
{
	struct statfs fs;

	/* File systems in user space need not answer. */
	if (fstatfs(fd, &fs) < 0)
		return errno == ENOSYS ? 0 : -errno;
	switch ((uint32_t)fs.f_type) {
	case FS_CGROUP:
	case FS_CGROUP2:
	case FS_DEBUG:
	case FS_PROC:
	case FS_SECURITY:
	case FS_SYS:
	case FS_TRACE:
		return 1;
	default:
		return 0;
	}
}

static struct shared *find(int handle)
{
	size_t i;

	for (i = 0; i < n_watches; i++)
		if (watches[i].handle == handle)
			return &watches[i];
	return NULL;
}

/* A place for one more. Returns: whether there is one. */
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
	/* Where two ask for different events of one inode, both get all. */
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

	if (fstatfs(fd, &fs) < 0 || is_remote((uint32_t)fs.f_type))
		return NO_WATCH;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return add(path, IN_MODIFY);
}

int watch_folder(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0 || is_remote((uint32_t)fs.f_type))
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
	/* Fails where the inode is gone already, and the watch with it. */
	inotify_rm_watch(notifier, handle);
}

bool watch_clear(void)
{
	static char events[16 << 10];
	ssize_t n;

	/* What they say does not matter, nor how many were lost: everything is looked at. What did
	 * not fit wakes again. */
	do
		n = read(notifier, events, sizeof(events));
	while (n < 0 && errno == EINTR);
	return n > 0 || (n < 0 && errno == EAGAIN);
}
