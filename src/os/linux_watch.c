/* linux_watch.c - watches by inotify(7)
 *
 * A file is watched by its descriptor, through /proc, since another file may have its name by now.
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool join(int joined, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(joined, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Joins the notifier and the descriptor of os_watcher_wake to one descriptor. */
static bool watch(struct os_watcher *watcher)
{
	int joined, notifier;

	notifier = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (notifier < 0)
		return false;
	joined = epoll_create1(EPOLL_CLOEXEC);
	if (joined >= 0 && join(joined, notifier) && join(joined, watcher->wake_read)) {
		watcher->events = joined;
		watcher->notifier = notifier;
		return true;
	}
	if (joined >= 0)
		close(joined);
	close(notifier);
	return false;
}

int os_watcher_open(struct os_watcher *ret_watcher, bool polling)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (wake < 0)
		return -errno;
	*ret_watcher = (struct os_watcher){wake, -1, wake, wake};
	/* Without it, the caller polls. */
	if (!polling)
		watch(ret_watcher);
	return 0;
}

void os_watcher_close(struct os_watcher *watcher)
{
	if (watcher->notifier >= 0) {
		close(watcher->events);
		close(watcher->notifier);
	}
	close(watcher->wake_read);
}

void os_watcher_wake(const struct os_watcher *watcher)
{
	const uint64_t one = 1;
	int saved = errno;
	ssize_t n;

	/* If the counter is full, it is readable already. */
	n = write(watcher->wake_write, &one, sizeof(one));
	(void)n;
	errno = saved;
}

static bool clear(int fd, void *buffer, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buffer, size);
	while (n < 0 && errno == EINTR);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

bool os_watcher_clear(const struct os_watcher *watcher)
{
	/* The events are not used, and lost ones do no harm: the caller examines everything. Events
	 * that do not fit make the descriptor readable again. */
	char buffer[4096];
	bool woken = clear(watcher->wake_read, buffer, sizeof(uint64_t));

	return (watcher->notifier < 0 || clear(watcher->notifier, buffer, sizeof(buffer))) && woken;
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

int os_is_pseudo(int fd)
{
	struct statfs fs;

	/* File systems in user space need not have this call. */
	if (fstatfs(fd, &fs) < 0)
		return errno == ENOSYS ? 0 : -errno;
	return has_type(&fs, pseudo_types);
}

static int add(const struct os_watcher *watcher, const char *path, uint32_t events)
{
	int handle;

	if (watcher->notifier < 0)
		return OS_NO_WATCH;
	/* Two watches of one inode for different events both get all events. */
	handle = inotify_add_watch(watcher->notifier, path, events | IN_MASK_ADD);
	return handle < 0 ? OS_NO_WATCH : handle;
}

int os_watch_file(const struct os_watcher *watcher, int fd)
{
	char path[64];
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || has_type(&fs, remote_types))
		return OS_NO_WATCH;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return add(watcher, path, IN_MODIFY);
}

int os_watch_folder(const struct os_watcher *watcher, const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0 || has_type(&fs, remote_types))
		return OS_NO_WATCH;
	return add(watcher, path,
		IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF |
			IN_DELETE_SELF | IN_ONLYDIR);
}

void os_watch_end(const struct os_watcher *watcher, int handle)
{
	/* This fails if the inode was deleted, which has ended the watch. */
	inotify_rm_watch(watcher->notifier, handle);
}
