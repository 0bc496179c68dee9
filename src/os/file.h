/* file.h - descriptors: open, ask, read; the calls of POSIX without their traps
 *
 * Every call answers 0 or a negated errno, retries EINTR, and says nothing: the caller knows the
 * path and writes the sentence.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_FILE_H
#define SRC_OS_FILE_H

#include "common.h"

enum os_kind {
	OS_REGULAR,
	OS_BLOCK_DEVICE,
	OS_DIRECTORY,
	OS_FIFO,
	OS_SOCKET,
	OS_CHARACTER_DEVICE
};

struct os_stat {
	enum os_kind kind;
	uint64_t size; /* of block devices too */
	uint64_t dev, ino;
	int64_t mtime_ns, ctime_ns;
};

/* Opens for reading, close-on-exec, never a controlling terminal, never waiting for a writer. */
int os_open(const char *path, int *ret_fd);

/* A close-on-exec duplicate. */
int os_dup(int fd, int *ret_fd);

void os_close(int fd);

int os_stat_path(const char *path, struct os_stat *ret_stat);
int os_stat_fd(int fd, struct os_stat *ret_stat);

/* -EBADF unless `fd` is open for reading (O_PATH and write-only descriptors are not). */
int os_check_readable(int fd);

/* Reads until `len` bytes, the end of the file or an error. A short `*ret_len` is the end; after an
 * error it is how much could be read before: the place of the error. */
int os_read_at(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Like os_read_at, from the descriptor's own position and just once: pipes answer what they have.
 */
int os_read_some(int fd, void *buffer, size_t len, size_t *ret_len);

#endif
