/* fault_fuse.c - a FUSE server without libfuse: it speaks the kernel's protocol
 *
 * The server asks for no read-ahead. Each request is what the reader touched, so the page at
 * which a reader fails is the bad page.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fault_fuse.h"

#include <string.h>

void fault_fill(uint64_t off, char *buffer, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buffer[i] = FAULT_LINE[(off + i) % FAULT_LINE_LEN];
}

#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER_NODE FUSE_ROOT_ID
#define FILE_NODE   (FUSE_ROOT_ID + 1)
#define READ_MAX    ((size_t)1 << 17)

/* --- The server --- */

static void answer(int device, uint64_t unique, int err, const void *body, size_t len)
{
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + len), .error = err, .unique = unique};
	struct iovec parts[2] = {{&header, sizeof(header)}, {(void *)body, len}};

	/* The process that sent the request may have exited. */
	if (writev(device, parts, len > 0 ? 2 : 1) < 0 && errno != ENOENT)
		_exit(1);
}

static struct fuse_attr attributes(const struct fault_fuse *fuse, uint64_t node)
{
	struct fuse_attr attr = {.ino = node, .nlink = 1, .blksize = 4096};

	attr.mode = node == FOLDER_NODE ? S_IFDIR | 0755 : S_IFREG | 0444;
	if (node == FILE_NODE) {
		attr.size = fuse->size;
		attr.blocks = fuse->size / 512;
	}
	return attr;
}

static void serve_read(
	const struct fault_fuse *fuse, int device, uint64_t unique, const struct fuse_read_in *read)
{
	static char bytes[READ_MAX];
	uint64_t stop = read->offset + read->size;
	size_t len;

	if (fuse->delay_us > 0)
		usleep(fuse->delay_us);
	if (stop > fuse->size)
		stop = fuse->size;
	if (read->offset < fuse->bad + fuse->bad_len && stop > fuse->bad) {
		answer(device, unique, -EIO, NULL, 0);
		return;
	}
	len = stop > read->offset ? (size_t)(stop - read->offset) : 0;
	len = len < READ_MAX ? len : READ_MAX;
	fault_fill(read->offset, bytes, len);
	answer(device, unique, 0, bytes, len);
}

static void serve_one(const struct fault_fuse *fuse, int device, struct fuse_in_header *header)
{
	void *body = header + 1;
	uint64_t unique = header->unique;

	switch (header->opcode) {
	case FUSE_INIT: {
		struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = 31};

		out.max_write = 4096;
		answer(device, unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_LOOKUP: {
		struct fuse_entry_out out = {.nodeid = FILE_NODE, .attr_valid = 1};

		out.attr = attributes(fuse, FILE_NODE);
		if (strcmp(body, "f") == 0)
			answer(device, unique, 0, &out, sizeof(out));
		else
			answer(device, unique, -ENOENT, NULL, 0);
		break;
	}
	case FUSE_GETATTR: {
		struct fuse_attr_out out = {.attr = attributes(fuse, header->nodeid)};

		answer(device, unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_OPEN:
	case FUSE_OPENDIR: {
		struct fuse_open_out out = {.open_flags = fuse->direct_io ? FOPEN_DIRECT_IO : 0};

		answer(device, unique, 0, &out, sizeof(out));
		break;
	}
	case FUSE_READ:
		serve_read(fuse, device, unique, body);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_FLUSH:
	case FUSE_ACCESS:
		answer(device, unique, 0, NULL, 0);
		break;
	case FUSE_DESTROY:
		_exit(0);
	default:
		answer(device, unique, -ENOSYS, NULL, 0);
	}
}

static _Noreturn void serve(const struct fault_fuse *fuse, int device)
{
	static union {
		struct fuse_in_header header;
		char bytes[FUSE_MIN_READ_BUFFER + 4096];
	} request;
	ssize_t n;

	for (;;) {
		n = read(device, &request, sizeof(request));
		if (n >= (ssize_t)sizeof(request.header))
			serve_one(fuse, device, &request.header);
		else if (n >= 0 || (errno != EINTR && errno != ENOENT))
			_exit(0);
	}
}

/* --- The mount --- */

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool well = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return well;
}

static bool enter_user_namespace(void)
{
	unsigned user = getuid(), group = getgid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", user);
	if (!write_text("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", group);
	return write_text("/proc/self/gid_map", map);
}

const char *fault_fuse_enter(void)
{
	if (access("/dev/fuse", R_OK | W_OK) < 0)
		return "cannot open /dev/fuse";
	if (unshare(CLONE_NEWNS) < 0 && !enter_user_namespace())
		return "cannot create a mount namespace: neither root nor user namespaces";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "cannot make mounts private";
	return NULL;
}

const char *fault_fuse_mount(struct fault_fuse *fuse, const char *folder)
{
	char options[128];
	int device, err;

	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (device < 0)
		return "cannot open /dev/fuse";
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		device);
	err = mount("fault", folder, "fuse.fault", MS_NOSUID | MS_NODEV, options);
	if (err < 0) {
		close(device);
		return "cannot mount FUSE";
	}
	snprintf(fuse->folder, sizeof(fuse->folder), "%s", folder);
	snprintf(fuse->path, sizeof(fuse->path), "%s/f", folder);
	fuse->server = fork();
	if (fuse->server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fuse, device);
	}
	close(device);
	if (fuse->server < 0) {
		umount2(folder, MNT_DETACH);
		return "fork(2) fails";
	}
	return NULL;
}

void fault_fuse_kill(struct fault_fuse *fuse)
{
	if (fuse->server > 0) {
		kill(fuse->server, SIGKILL);
		waitpid(fuse->server, NULL, 0);
	}
	fuse->server = 0;
}

void fault_fuse_unmount(struct fault_fuse *fuse)
{
	fault_fuse_kill(fuse);
	umount2(fuse->folder, MNT_DETACH);
}

#else

const char *fault_fuse_enter(void)
{
	return "FUSE is available on Linux only";
}

const char *fault_fuse_mount(struct fault_fuse *fuse, const char *folder)
{
	(void)fuse, (void)folder;
	return "FUSE is available on Linux only";
}

void fault_fuse_kill(struct fault_fuse *fuse)
{
	(void)fuse;
}

void fault_fuse_unmount(struct fault_fuse *fuse)
{
	(void)fuse;
}

#endif
