/* fault_fuse.h - a file on a failing device: a FUSE server without libfuse
 *
 * The file system has one folder with one file "f", whose bytes are FAULT_LINE over and over.
 * Reads of its bad pages return EIO, as on a disk that has lost a sector.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_FUSE_H
#define TESTS_FAULT_FUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The content of every file of these tests: 16 bytes, so that no line crosses a page. */
#define FAULT_LINE     "a,71,needle,b9\r\n"
#define FAULT_LINE_LEN ((size_t)16)

/* Fills a buffer with the bytes of such a file from `off` on. */
void fault_fill(uint64_t off, char *buffer, size_t len);

struct fault_fuse {
	uint64_t size;
	uint64_t bad, bad_len; /* reads of these bytes fail with EIO */
	unsigned delay_us;     /* before each answer to a read */
	bool direct_io;        /* the kernel caches no pages; maps fail, or are private */
	/* Set by the mount. */
	char path[256]; /* of the file */
	char folder[256];
	pid_t server;
};

/* Moves this process to its own mount namespace, so that its mounts are visible to it only and
 * end with it. Without root, it uses a user namespace. Call it before the first thread starts.
 *
 * Returns: NULL, or the reason why it is not possible here. */
const char *fault_fuse_enter(void);

/* Mounts over an empty folder, and serves requests from a child process.
 *
 * Returns: NULL, or the reason why it is not possible here. */
const char *fault_fuse_mount(struct fault_fuse *fuse, const char *folder);

/* Kills the server; the mount stays. A lost network file system behaves like this. */
void fault_fuse_kill(struct fault_fuse *fuse);

void fault_fuse_unmount(struct fault_fuse *fuse);

#endif
