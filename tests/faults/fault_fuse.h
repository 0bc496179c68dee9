/* fault_fuse.h - a file whose device fails: a FUSE server of our own, without libfuse
 *
 * One folder with one file "f", whose bytes are FAULT_LINE over and over. Reads of its bad pages
 * answer EIO, as a disk does that has lost a sector.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_FUSE_H
#define TESTS_FAULT_FUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What every file of these tests is made of: 16 bytes, so that no line crosses a page. */
#define FAULT_LINE     "a,71,needle,b9\r\n"
#define FAULT_LINE_LEN ((size_t)16)

/* Fills a buffer with the bytes of such a file from `off` on. */
void fault_fill(uint64_t off, char *buffer, size_t len);

struct fault_fuse {
	uint64_t size;
	uint64_t bad, bad_len; /* reads that touch these bytes are EIO */
	unsigned delay_us;     /* before each answer to a read */
	bool direct_io;        /* the kernel keeps no pages; maps are refused, or private */
	/* Set when mounted. */
	char path[256]; /* of the file */
	char folder[256];
	pid_t server;
};

/* Takes this process to a mount namespace of its own, where what it mounts nobody else sees, and
 * goes with it. Without root, in a user namespace; before the first thread.
 *
 * Returns: NULL, or why it cannot be done here. */
const char *fault_fuse_enter(void);

/* Mounts over an empty folder, and serves from a child.
 *
 * Returns: NULL, or why it cannot be done here. */
const char *fault_fuse_mount(struct fault_fuse *fuse, const char *folder);

/* The server dies, the mount stays: what a lost network file system is like. */
void fault_fuse_kill(struct fault_fuse *fuse);

void fault_fuse_unmount(struct fault_fuse *fuse);

#endif
