/* inject_calls.h - the functions that can be made to fail, and how
 *
 * A function has one line here, one wrapper in inject_wrap.c and one -Wl,--wrap=NAME in
 * Makefile.inc. inject_sweep.sh fails if the programs call a function that is neither here nor
 * in inject_calls.txt.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULTS_INJECT_CALLS_H
#define TESTS_FAULTS_INJECT_CALLS_H

#include <errno.h>

/* For reading and writing: the call does only a part of what was requested. */
#define INJECT_PART (-1)
/* The faults after it must have no effect: there is another way, or the next try succeeds. */
#define INJECT_SURVIVED 0

/* The functions, and the faults of each. */
#define INJECT_CALLS(CALL) \
	CALL(malloc, ENOMEM) \
	CALL(calloc, ENOMEM) \
	CALL(realloc, ENOMEM) \
	CALL(strdup, ENOMEM) \
	CALL(open, EMFILE, INJECT_SURVIVED, EINTR) \
	CALL(close, EIO) \
	CALL(stat, EACCES) \
	CALL(lstat, EACCES) \
	CALL(fstat, EOVERFLOW) \
	CALL(fcntl, EMFILE) \
	CALL(ioctl, EIO) \
	CALL(lseek, EINVAL) \
	CALL(pread, EIO, INJECT_SURVIVED, EINTR, INJECT_PART) \
	CALL(preadv2, EIO, INJECT_SURVIVED, EOPNOTSUPP, EINTR, INJECT_PART) \
	CALL(read, EIO, INJECT_SURVIVED, EINTR, INJECT_PART) \
	CALL(write, ENOSPC, INJECT_SURVIVED, EINTR, EAGAIN, INJECT_PART) \
	CALL(pwrite, ENOSPC, INJECT_SURVIVED, EINTR, INJECT_PART) \
	CALL(fsync, EIO, INJECT_SURVIVED, EINTR) \
	CALL(fchmod, EPERM) \
	CALL(rename, EACCES) \
	CALL(readlink, EACCES) \
	CALL(splice, EIO, ENOMEM, INJECT_SURVIVED, EINVAL, EINTR, EAGAIN, INJECT_PART) \
	CALL(copy_file_range, EIO, ENOSPC, INJECT_SURVIVED, EXDEV, EINTR, INJECT_PART) \
	CALL(pipe, EMFILE) \
	CALL(pipe2, EMFILE) \
	CALL(dup2, EMFILE) \
	CALL(poll, ENOMEM, INJECT_SURVIVED, EINTR) \
	CALL(mkstemp, ENOSPC) \
	CALL(unlink, EIO) \
	CALL(eaccess, EACCES) \
	CALL(getentropy, ENOSYS) \
	CALL(statfs, EIO) \
	CALL(fstatfs, EIO) \
	CALL(mmap, ENOMEM, ENODEV) \
	CALL(munmap, ENOMEM) \
	CALL(madvise, ENOMEM) \
	CALL(posix_madvise, ENOMEM) \
	CALL(mincore, EAGAIN) \
	CALL(syscall, ENOSYS) \
	CALL(uname, EFAULT) \
	CALL(newlocale, ENOENT) \
	CALL(sched_getaffinity, EINVAL) \
	CALL(sigaction, EINVAL) \
	CALL(dlopen, ENOMEM) \
	CALL(dlsym, ENOENT) \
	CALL(pthread_create, EAGAIN) \
	CALL(pthread_key_create, EAGAIN) \
	CALL(pthread_setspecific, ENOMEM) \
	CALL(pthread_atfork, ENOMEM) \
	CALL(eventfd, EMFILE) \
	CALL(epoll_create1, EMFILE) \
	CALL(epoll_ctl, ENOSPC) \
	CALL(inotify_init1, EMFILE) \
	CALL(inotify_add_watch, ENOSPC)

enum inject_call {
	INJECT_NONE,
#define INJECT_NUMBER(name, ...) INJECT_##name,
	INJECT_CALLS(INJECT_NUMBER) INJECT_N
};

/* Counts a call whose return address is `from`. Returns: how it must fail; 0 if it must not
 * fail. / */
int inject_fault(enum inject_call call, const void *from);

/* For inject_blocks and inject_mapped. */
void inject_count_blocks(long n);
void inject_count_mapped(long n_bytes);

#endif
