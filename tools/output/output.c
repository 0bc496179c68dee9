/* output.c - buffered standard output, and ranges that bypass the buffer
 *
 * SPDX-License-Identifier: MIT */
#include "output/output.h"

#include "status/message.h"
#include "status/progress.h"
#include "output/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[256 << 10];
/* Longer writes fill a pipe of the usual size. */
#define LARGE ((size_t)64 << 10)
static size_t filled;
static bool was_closed;

/* Opens /dev/null if a descriptor is closed. It gets this number, which is the lowest free one. It
 * is opened for the other direction, so that using it still fails with EBADF. Returns: whether it
 * was closed. */
static bool occupy(int fd, int flags)
{
	if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
		return false;
	/* If this fails, an input may get the number. Writing to an input fails, too. */
	open("/dev/null", flags);
	return true;
}

void output_start(void)
{
	occupy(STDIN_FILENO, O_WRONLY);
	was_closed = occupy(STDOUT_FILENO, O_RDONLY);
	occupy(STDERR_FILENO, O_RDONLY);
}

/* SIGPIPE is blocked in the library's threads, which print, too. */
static void die_of_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	raise(SIGPIPE);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

_Noreturn void output_failed(int errnum)
{
	progress_end();
	/* If SIGPIPE is ignored, this returns and EPIPE is an error like others. */
	if (errnum == EPIPE)
		die_of_sigpipe();
	message("cannot write to standard output: %s", strerror(errnum));
	_exit(STATUS_TROUBLE);
}

/* Returns: 0, or an error number. */
static int write_bytes(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			/* Another process that shares the terminal or pipe made it non-blocking. */
			struct pollfd ready = {STDOUT_FILENO, POLLOUT, 0};

			poll(&ready, 1, -1);
			continue;
		}
		if (n < 0)
			return errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static void write_all(const char *bytes, size_t len)
{
	int errnum;

	if (len == 0)
		return;
	if (len >= LARGE)
		transfer_widen();
	progress_output_begin();
	errnum = write_bytes(bytes, len);
	progress_output_end(bytes[len - 1]);
	if (errnum != 0)
		output_failed(errnum);
}

void output_flush(void)
{
	size_t len = filled;

	filled = 0;
	write_all(buffer, len);
}

void output_write(const void *bytes, size_t len)
{
	if (len > sizeof(buffer) - filled)
		output_flush();
	if (len > sizeof(buffer)) {
		write_all(bytes, len);
		return;
	}
	/* `bytes` may be NULL if `len` is 0. */
	if (len > 0)
		memcpy(buffer + filled, bytes, len);
	filled += len;
}

/* Reads a range into the output buffer, where short ranges are collected. */
static int copy_by_hand(int fd, uint64_t off, uint64_t len, uint64_t *done)
{
	while (len > 0) {
		ssize_t n;

		if (filled == sizeof(buffer))
			output_flush();
		n = pread(fd, buffer + filled, (size_t)min_u64(len, sizeof(buffer) - filled),
			(off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return MMR_ETRUNCATED;
		filled += (size_t)n;
		progress_add((uint64_t)n);
		off += (uint64_t)n;
		len -= (uint64_t)n;
		*done += (uint64_t)n;
	}
	return 0;
}

int output_range(int fd, uint64_t off, uint64_t len, uint64_t *ret_done)
{
	int err = 0;

	*ret_done = 0;
	if (len > sizeof(buffer) - filled) {
		output_flush();
		err = transfer_range(fd, off, len, ret_done);
	}
	if (err < 0)
		return err;
	return copy_by_hand(fd, off + *ret_done, len - *ret_done, ret_done);
}

int output_stream(int fd, uint64_t *ret_done)
{
	int err;

	*ret_done = 0;
	output_flush();
	err = transfer_stream(fd, ret_done);
	while (err == 0) {
		ssize_t n = read(fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		write_all(buffer, (size_t)n);
		progress_add((uint64_t)n);
		*ret_done += (uint64_t)n;
	}
	return err < 0 ? err : 0;
}

bool output_is_input(const struct stat *in, uint64_t start, uint64_t stop, bool backward)
{
	struct stat out;
	off_t at;
	int flags;

	/* The buffer must be in the file before the first byte is read from it. */
	output_flush();
	if (fstat(STDOUT_FILENO, &out) < 0)
		goto unknown;
	if (!S_ISREG(out.st_mode) || in->st_dev != out.st_dev || in->st_ino != out.st_ino)
		return false;
	flags = fcntl(STDOUT_FILENO, F_GETFL);
	if (flags < 0)
		goto unknown;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return false;
	if (backward)
		return start < stop;
	/* Bytes after the write offset are read before they are overwritten. */
	at = flags & O_APPEND ? out.st_size : lseek(STDOUT_FILENO, 0, SEEK_CUR);
	if (at < 0)
		goto unknown;
	return start < (uint64_t)at;

unknown:
	/* A run that reads its own output would not end. */
	output_failed(errno);
}

void output_check(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		output_failed(EBADF);
}

void output_close(void)
{
	output_flush();
	if (was_closed)
		output_failed(EBADF);
	if (close(STDOUT_FILENO) < 0)
		output_failed(errno);
}

bool binary_matters(bool allowed)
{
	return !allowed && isatty(STDOUT_FILENO);
}

enum status binary_refuse(const char *name)
{
	return message(
		"%s: cannot print binary data to a terminal; use -x to view it or -a to print it",
		message_quote(name));
}

bool binary_refused(const char *name, mmr_slice bytes)
{
	size_t len = (size_t)min_u64(bytes.len, BINARY_LOOK);

	if (len == 0 || (!memchr(bytes.ptr, '\0', len) && !memchr(bytes.ptr, '\033', len)))
		return false;
	binary_refuse(name);
	return true;
}
