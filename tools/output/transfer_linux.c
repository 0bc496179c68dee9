/* transfer_linux.c - copy_file_range(2) to a file, splice(2) to a pipe or socket
 *
 * A splice goes through a private pipe. A splice from the file to the output holds the lock of the
 * reader's pipe while it walks the page cache, which is slower, and it cannot distinguish read
 * errors from write errors.
 *
 * SPDX-License-Identifier: MIT */
#include "output/transfer.h"

#include "output/output.h"
#include "status/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most that an unprivileged process may give a pipe by default. */
#define PIPE_BYTES ((size_t)1 << 20)
/* Below this a read and a write are cheaper than setting up a pipe. */
#define WORTH_IT ((uint64_t)64 << 10)
#define STEP_MAX ((uint64_t)64 << 20)

static int broker[2] = {-1, -1};

/* Lets a pipe hold more bytes. For speed only: smaller sizes work. */
static void widen(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size > 0 && (size_t)size < PIPE_BYTES)
		fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

void transfer_widen(void)
{
	static bool is_wide;

	if (!is_wide)
		widen(STDOUT_FILENO);
	is_wide = true;
}

/* Makes the private pipe, once. */
static bool make_broker(void)
{
	if (broker[0] >= 0)
		return true;
	if (pipe2(broker, O_CLOEXEC) < 0) {
		broker[0] = -1;
		return false;
	}
	widen(broker[0]);
	transfer_widen();
	return true;
}

/* Writes `len` bytes of the private pipe with write(2), where splice refuses this output. */
static void drain(size_t len)
{
	static char bytes[64 << 10];

	while (len > 0) {
		ssize_t n = read(broker[0], bytes, len < sizeof(bytes) ? len : sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			output_failed(n < 0 ? errno : EIO);
		output_write(bytes, (size_t)n);
		len -= (size_t)n;
	}
	output_flush();
}

/* Moves bytes from the private pipe to standard output. Returns: whether splice can do it. */
static bool pass_on(size_t len)
{
	while (len > 0) {
		ssize_t n = splice(broker[0], NULL, STDOUT_FILENO, NULL, len, SPLICE_F_MOVE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL) {
			drain(len);
			return false;
		}
		if (n < 0 && errno == EAGAIN) {
			drain(len);
			return true;
		}
		if (n <= 0)
			output_failed(errno);
		len -= (size_t)n;
	}
	return true;
}

/* Whether the file is still this long. A pipe holds the file's own pages, which read as zeroes
 * after a truncation. */
static bool reaches(int fd, uint64_t off)
{
	struct stat in;

	return fstat(fd, &in) < 0 || !S_ISREG(in.st_mode) || (uint64_t)in.st_size >= off;
}

/* Moves `len` bytes at `*at`, or from a stream where `at` is NULL. */
static int splice_bytes(int fd, off_t *at, uint64_t len, uint64_t *done)
{
	if (!make_broker())
		return 0;
	while (len > 0) {
		ssize_t n = splice(
			fd, at, broker[1], NULL, (size_t)min_u64(len, PIPE_BYTES), SPLICE_F_MOVE);

		if (n < 0 && errno == EINTR)
			continue;
		/* Not possible for this file, or a read error: a read reports which. */
		if (n < 0)
			return 0;
		if (n == 0)
			return 1;
		len -= (uint64_t)n;
		*done += (uint64_t)n;
		progress_add((uint64_t)n);
		if (!pass_on((size_t)n))
			return 0;
		if (at && !reaches(fd, (uint64_t)*at))
			return MMR_ETRUNCATED;
	}
	return 1;
}

static int copy_range(int fd, off_t at, uint64_t len, uint64_t *done)
{
	while (len > 0) {
		ssize_t n = copy_file_range(
			fd, &at, STDOUT_FILENO, NULL, (size_t)min_u64(len, STEP_MAX), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EDQUOT))
			output_failed(errno);
		/* Other file systems, O_APPEND, a read error, or an early end, which some file
		 * systems report falsely: read and write find out. */
		if (n <= 0)
			return 0;
		len -= (uint64_t)n;
		*done += (uint64_t)n;
		progress_add((uint64_t)n);
	}
	return 1;
}

int transfer_range(int fd, uint64_t off, uint64_t len, uint64_t *done)
{
	off_t at = (off_t)off;
	struct stat out;

	if (fstat(STDOUT_FILENO, &out) < 0)
		return 0;
	if (S_ISREG(out.st_mode))
		return copy_range(fd, at, len, done);
	if (len >= WORTH_IT && (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode)))
		return splice_bytes(fd, &at, len, done);
	return 0;
}

int transfer_stream(int fd, uint64_t *done)
{
	struct stat in, out;

	if (fstat(fd, &in) < 0 || fstat(STDOUT_FILENO, &out) < 0 || !S_ISFIFO(in.st_mode) ||
		!S_ISFIFO(out.st_mode))
		return 0;
	return splice_bytes(fd, NULL, UINT64_MAX, done);
}
