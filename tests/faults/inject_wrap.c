/* inject_wrap.c - the wrappers of inject_calls.h
 *
 * Each asks whether it must fail, and else calls the function. A function that releases something
 * releases it even if it fails, as close(2) does.
 *
 * SPDX-License-Identifier: MIT */
#include "config.h"

#include "inject_calls.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

struct statfs;
struct epoll_event;

/* Whether dlopen or dlsym was the last function that failed. */
static _Thread_local bool no_library;

#define FROM __builtin_return_address(0)

/* The body of a wrapper that returns -1 with errno. */
#define REAL_OR_ERRNO(name, ...) \
	do { \
		int fault_ = inject_fault(INJECT_##name, FROM); \
\
		if (fault_ == 0) \
			return __real_##name(__VA_ARGS__); \
		errno = fault_; \
		return -1; \
	} while (0)

/* Like it, but returns an errno. */
#define REAL_OR_FAULT(name, ...) \
	do { \
		int fault_ = inject_fault(INJECT_##name, FROM); \
\
		return fault_ == 0 ? __real_##name(__VA_ARGS__) : fault_; \
	} while (0)

/* Like it, but moves `len` bytes. */
#define REAL_OR_PART(name, len, ...) \
	do { \
		int fault_ = inject_fault(INJECT_##name, FROM); \
\
		if (fault_ == INJECT_PART && len > 1) \
			len = (len + 1) / 2; \
		if (fault_ == INJECT_PART || fault_ == 0) \
			return __real_##name(__VA_ARGS__); \
		errno = fault_; \
		return -1; \
	} while (0)

/* Like it, for a function that cannot be undone: it succeeds, but the wrapper returns a failure. */
#define REAL_AND_ERRNO(name, ...) \
	do { \
		int fault_ = inject_fault(INJECT_##name, FROM); \
		int result_ = __real_##name(__VA_ARGS__); \
\
		if (fault_ == 0) \
			return result_; \
		errno = fault_; \
		return -1; \
	} while (0)

#define WRAP(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static void *counted(void *block)
{
	if (block)
		inject_count_blocks(1);
	return block;
}

/* The body of a wrapper that returns a block of memory, or NULL with errno. */
#define REAL_OR_NULL(name, ...) \
	do { \
		int fault_ = inject_fault(INJECT_##name, FROM); \
\
		if (fault_ == 0) \
			return counted(__real_##name(__VA_ARGS__)); \
		errno = fault_; \
		return NULL; \
	} while (0)

WRAP(void *, malloc, size_t size)
{
	REAL_OR_NULL(malloc, size);
}

WRAP(void *, calloc, size_t n, size_t size)
{
	REAL_OR_NULL(calloc, n, size);
}

WRAP(char *, strdup, const char *text)
{
	REAL_OR_NULL(strdup, text);
}

/* The old block is counted already. */
WRAP(void *, realloc, void *block, size_t size)
{
	if (!block)
		REAL_OR_NULL(realloc, block, size);
	errno = inject_fault(INJECT_realloc, FROM);
	return errno ? NULL : __real_realloc(block, size);
}

WRAP(void, free, void *block)
{
	if (block)
		inject_count_blocks(-1);
	__real_free(block);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	unsigned mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
	va_end(args);
	REAL_OR_ERRNO(open, path, flags, mode);
}

int __real_fcntl(int fd, int operation, ...);
int __wrap_fcntl(int fd, int operation, ...);
int __wrap_fcntl(int fd, int operation, ...)
{
	va_list args;
	long argument;

	va_start(args, operation);
	argument = va_arg(args, long);
	va_end(args);
	REAL_OR_ERRNO(fcntl, fd, operation, argument);
}

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	REAL_OR_ERRNO(ioctl, fd, request, argument);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list args;
	size_t i;

	va_start(args, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	REAL_OR_ERRNO(syscall, number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

WRAP(int, close, int fd)
{
	REAL_AND_ERRNO(close, fd);
}

WRAP(int, stat, const char *path, struct stat *st)
{
	REAL_OR_ERRNO(stat, path, st);
}

WRAP(int, lstat, const char *path, struct stat *st)
{
	REAL_OR_ERRNO(lstat, path, st);
}

WRAP(int, fstat, int fd, struct stat *st)
{
	REAL_OR_ERRNO(fstat, fd, st);
}

WRAP(off_t, lseek, int fd, off_t off, int whence)
{
	REAL_OR_ERRNO(lseek, fd, off, whence);
}

WRAP(ssize_t, preadv2, int fd, const struct iovec *parts, int n, off_t off, int flags)
{
	struct iovec part = parts[0];

	REAL_OR_PART(preadv2, part.iov_len, fd, &part, n, off, flags);
}

WRAP(ssize_t, pread, int fd, void *buffer, size_t len, off_t off)
{
	REAL_OR_PART(pread, len, fd, buffer, len, off);
}

WRAP(ssize_t, read, int fd, void *buffer, size_t len)
{
	REAL_OR_PART(read, len, fd, buffer, len);
}

WRAP(ssize_t, write, int fd, const void *buffer, size_t len)
{
	struct stat st;
	int fault = inject_fault(INJECT_write, FROM);

	/* A writer never waits for a regular file. */
	if (fault == EAGAIN && __real_fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		fault = EINTR;
	if (fault == INJECT_PART && len > 1)
		len = (len + 1) / 2;
	if (fault == INJECT_PART || fault == 0)
		return __real_write(fd, buffer, len);
	errno = fault;
	return -1;
}

WRAP(ssize_t, pwrite, int fd, const void *buffer, size_t len, off_t off)
{
	REAL_OR_PART(pwrite, len, fd, buffer, len, off);
}

WRAP(int, fsync, int fd)
{
	REAL_OR_ERRNO(fsync, fd);
}

WRAP(int, fchmod, int fd, mode_t mode)
{
	REAL_OR_ERRNO(fchmod, fd, mode);
}

WRAP(int, rename, const char *from, const char *to)
{
	REAL_OR_ERRNO(rename, from, to);
}

WRAP(ssize_t, readlink, const char *path, char *buffer, size_t size)
{
	REAL_OR_ERRNO(readlink, path, buffer, size);
}

WRAP(ssize_t, splice, int in, off_t *in_off, int out, off_t *out_off, size_t len, unsigned flags)
{
	REAL_OR_PART(splice, len, in, in_off, out, out_off, len, flags);
}

WRAP(ssize_t, copy_file_range, int in, off_t *in_off, int out, off_t *out_off, size_t len,
	unsigned flags)
{
	REAL_OR_PART(copy_file_range, len, in, in_off, out, out_off, len, flags);
}

WRAP(int, pipe, int *fds)
{
	REAL_OR_ERRNO(pipe, fds);
}

WRAP(int, pipe2, int *fds, int flags)
{
	REAL_OR_ERRNO(pipe2, fds, flags);
}

WRAP(int, dup2, int fd, int to)
{
	REAL_OR_ERRNO(dup2, fd, to);
}

WRAP(int, poll, struct pollfd *fds, unsigned long n, int timeout)
{
	REAL_OR_ERRNO(poll, fds, n, timeout);
}

WRAP(int, mkstemp, char *path)
{
	REAL_OR_ERRNO(mkstemp, path);
}

WRAP(int, unlink, const char *path)
{
	REAL_AND_ERRNO(unlink, path);
}

WRAP(int, statfs, const char *path, struct statfs *fs)
{
	REAL_OR_ERRNO(statfs, path, fs);
}

WRAP(int, fstatfs, int fd, struct statfs *fs)
{
	REAL_OR_ERRNO(fstatfs, fd, fs);
}

WRAP(int, eaccess, const char *path, int mode)
{
	REAL_OR_ERRNO(eaccess, path, mode);
}

WRAP(int, getentropy, void *buffer, size_t len)
{
	REAL_OR_ERRNO(getentropy, buffer, len);
}

/* A map over a map is not a new one. */
void *__real_mmap(void *address, size_t len, int protection, int flags, int fd, off_t off);
void *__wrap_mmap(void *address, size_t len, int protection, int flags, int fd, off_t off);
void *__wrap_mmap(void *address, size_t len, int protection, int flags, int fd, off_t off)
{
	int fault = inject_fault(INJECT_mmap, FROM);
	void *map;

	if (fault != 0) {
		errno = fault;
		return MAP_FAILED;
	}
	map = __real_mmap(address, len, protection, flags, fd, off);
	if (map != MAP_FAILED && !(flags & MAP_FIXED))
		inject_count_mapped((long)len);
	return map;
}

WRAP(int, munmap, void *map, size_t len)
{
	inject_count_mapped(-(long)len);
	REAL_AND_ERRNO(munmap, map, len);
}

WRAP(int, madvise, void *map, size_t len, int advice)
{
	REAL_OR_ERRNO(madvise, map, len, advice);
}

WRAP(int, posix_madvise, void *map, size_t len, int advice)
{
	REAL_OR_FAULT(posix_madvise, map, len, advice);
}

WRAP(int, mincore, void *map, size_t len, unsigned char *pages)
{
	REAL_OR_ERRNO(mincore, map, len, pages);
}

WRAP(int, uname, struct utsname *name)
{
	REAL_OR_ERRNO(uname, name);
}

WRAP(locale_t, newlocale, int categories, const char *name, locale_t base)
{
	errno = inject_fault(INJECT_newlocale, FROM);
	return errno ? (locale_t)0 : __real_newlocale(categories, name, base);
}

WRAP(int, sched_getaffinity, pid_t process, size_t size, cpu_set_t *set)
{
	REAL_OR_ERRNO(sched_getaffinity, process, size, set);
}

WRAP(int, sigaction, int number, const struct sigaction *action, struct sigaction *old)
{
	REAL_OR_ERRNO(sigaction, number, action, old);
}

WRAP(void *, dlopen, const char *name, int flags)
{
	no_library = inject_fault(INJECT_dlopen, FROM) != 0;
	return no_library ? NULL : __real_dlopen(name, flags);
}

WRAP(void *, dlsym, void *library, const char *name)
{
	no_library = inject_fault(INJECT_dlsym, FROM) != 0;
	return no_library ? NULL : __real_dlsym(library, name);
}

WRAP(char *, dlerror, void)
{
	static char text[] = "made to fail";
	bool ours = no_library;

	no_library = false;
	return ours ? text : __real_dlerror();
}

WRAP(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
	void *(*work)(void *), void *argument)
{
	REAL_OR_FAULT(pthread_create, thread, attributes, work, argument);
}

WRAP(int, pthread_key_create, pthread_key_t *key, void (*end)(void *))
{
	REAL_OR_FAULT(pthread_key_create, key, end);
}

WRAP(int, pthread_setspecific, pthread_key_t key, const void *value)
{
	REAL_OR_FAULT(pthread_setspecific, key, value);
}

WRAP(int, pthread_atfork, void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	REAL_OR_FAULT(pthread_atfork, prepare, parent, child);
}

WRAP(int, eventfd, unsigned count, int flags)
{
	REAL_OR_ERRNO(eventfd, count, flags);
}

WRAP(int, epoll_create1, int flags)
{
	REAL_OR_ERRNO(epoll_create1, flags);
}

WRAP(int, epoll_ctl, int joined, int operation, int fd, struct epoll_event *event)
{
	REAL_OR_ERRNO(epoll_ctl, joined, operation, fd, event);
}

WRAP(int, inotify_init1, int flags)
{
	REAL_OR_ERRNO(inotify_init1, flags);
}

WRAP(int, inotify_add_watch, int fd, const char *path, uint32_t events)
{
	REAL_OR_ERRNO(inotify_add_watch, fd, path, events);
}
