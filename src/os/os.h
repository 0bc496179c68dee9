/* os.h - the library's system calls for files, maps, memory use and processors
 *
 * common.c holds the calls that are the same on all POSIX systems. The build takes the rest from
 * linux.c, linux_cache.c and linux_watch.c on Linux, and from posix.c and posix_watch.c elsewhere
 * or with --disable-linux-extras.
 *
 * A function that returns int returns 0 or a negated errno. It writes its outputs only on success,
 * unless its comment says otherwise. No function sets the error message: the caller knows the name
 * of the file. All functions may be called in any thread.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_OS_H
#define SRC_OS_OS_H

#include "common.h"

#include <mmreader/memory.h>

/* --- Descriptors: common.c, except os_reopen --- */

/* Opens a file for reading, close-on-exec. A terminal does not become the controlling terminal.
 * Waits for the writer of a FIFO only if `wait` is set. Interrupted calls are repeated.
 *
 * Errors: those of open(2). */
int os_open(const char *path, bool wait, int *ret_fd);

/* Duplicates a descriptor, close-on-exec. Both share one file offset.
 *
 * Errors: those of fcntl(2). */
int os_dup(int fd, int *ret_fd);

/* Opens the file of a descriptor again, like os_open. The new descriptor has its own file offset.
 * With `direct` it reads past the page cache, and addresses, offsets and lengths must be multiples
 * of OS_DIRECT_ALIGN.
 *
 * Errors: those of open(2), -ENOENT where /proc is not mounted; -ENOTSUP in posix.c. */
int os_reopen(int fd, bool direct, int *ret_fd);

/* A multiple of the logical block size of nearly all devices. A device with larger blocks refuses
 * the first direct read. */
#define OS_DIRECT_ALIGN ((size_t)4096)

/* Closes a descriptor. Errors are ignored: what was written is on the device before. */
void os_close(int fd);

/* Checks that a descriptor is open for reading.
 *
 * Errors: -EBADF, also for write-only and O_PATH descriptors. */
int os_check_readable(int fd);

/* --- File status: common.c, except os_device_size --- */

enum os_kind {
	OS_REGULAR,
	OS_BLOCK_DEVICE,
	OS_DIRECTORY,
	OS_FIFO,
	OS_SOCKET,
	OS_CHARACTER_DEVICE /* and everything that is none of the above */
};

struct os_stat {
	enum os_kind kind;
	uint64_t size;
	uint64_t dev, ino;
	int64_t mtime_ns, ctime_ns;
	unsigned owner, mode; /* the user; the permissions */
};

/* Reads the status of a path; symbolic links are followed. The size of a block device is 0.
 *
 * Errors: those of stat(2). */
int os_stat_path(const char *path, struct os_stat *ret_stat);

/* Reads the status of a descriptor. The size of a block device is the size of the device.
 *
 * Errors: those of fstat(2) and of os_device_size. */
int os_stat_fd(int fd, struct os_stat *ret_stat);

/* Whether a path is that of a symbolic link. Returns: true if that is unknown. */
bool os_is_link(const char *path);

/* Reads the size of a block device in bytes. posix.c moves the file offset and puts it back.
 *
 * Errors: those of ioctl(2); those of lseek(2) in posix.c. */
int os_device_size(int fd, uint64_t *ret_size);

/* --- Reading: common.c --- */

/* Reads at an offset until `len` bytes are read, the file ends or an error occurs. Interrupted
 * calls are repeated. The file offset does not move.
 *
 * Returns: 0; `*ret_len` is less than `len` only if the file ends there.
 * Errors: those of pread(2); `*ret_len` is the number of bytes that were read before. */
int os_read_at(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Reads once at the file offset, at most 1 GiB. Interrupted calls are repeated.
 *
 * Returns: 0; `*ret_len` is 0 at the end of the file, and may be less than `len` before it.
 * Errors: those of read(2). */
int os_read_some(int fd, void *buffer, size_t len, size_t *ret_len);

/* Whether a read would return at once, with bytes, the end or an error. If `wait` is set, first
 * waits until it would. */
bool os_is_readable(int fd, bool wait);

/* Returns: the file offset of a descriptor; -1 if it has none. */
int64_t os_position(int fd);

/* Moves the file offset of a descriptor. Errors: those of lseek(2); -ESPIPE if it has not moved. */
int os_seek(int fd, uint64_t off);

/* Like os_read_at, but drops the pages that it has brought into the page cache. linux_cache.c,
 * posix.c.
 *
 * Errors: those of preadv2(2), -EOPNOTSUPP if the kernel or the file system cannot do it; -ENOTSUP
 *   in posix.c. */
int os_read_uncached(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Like os_read_at, for a descriptor that reads past the page cache. Offset, length and address are
 * multiples of OS_DIRECT_ALIGN. A read that ends within a block is the last one, since the next one
 * would not be aligned: the caller finds out whether the file ends there. */
int os_read_direct(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* --- Making files: create.c --- */

/* Makes a file that did not exist, for writing, close-on-exec. `path` ends with "XXXXXX", which is
 * replaced.
 *
 * Errors: those of mkstemp(3) and fchmod(2). */
int os_create(char *path, unsigned mode, int *ret_fd);

/* Writes all bytes at an offset. Interrupted calls are repeated. Errors: those of pwrite(2). */
int os_write_at(int fd, uint64_t off, const void *bytes, size_t len);

/* Waits until a file is on its device. Errors: those of fsync(2). */
int os_sync(int fd);

/* Gives a file another name, which may be that of a file that it replaces. Errors: those of
 * rename(2). */
int os_rename(const char *from, const char *to);

/* Removes a file. Errors are ignored. */
void os_remove(const char *path);

/* Finds the path of an open file, without symbolic links. linux.c, posix.c.
 *
 * Errors: those of readlink(2); -ENAMETOOLONG; -ENOTSUP in posix.c. */
int os_path(int fd, char *buffer, size_t size);

/* Returns: the effective user. */
unsigned os_user(void);

/* --- Page cache: linux_cache.c, posix.c --- */

/* Counts the pages of a file range that are in the page cache, with cachestat(2).
 *
 * Shape: `off` and `len` are multiples of the page size; `len` is not 0.
 * Errors: -EPERM for a file that the user neither owns nor may write; -ENOSYS before Linux 6.5 and
 *   in posix.c. */
int os_cachestat(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages);

/* Like os_cachestat, but by mincore(2), which takes longer.
 *
 * Errors: -EPERM if the kernel does not give this user true numbers; those of mmap(2) and
 *   mincore(2); -ENOSYS in posix.c. */
int os_mincore(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages);

/* Like os_cachestat, or os_mincore if that fails.
 *
 * Errors: those of os_mincore. Both outputs are undefined then. */
int os_cached_pages(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages,
	enum mmr_residency_source *ret_source);

/* The kernel silently cuts a prefetch to the device's largest request, or to its read-ahead,
 * whichever is more. Both are at least this on nearly all devices. */
#define OS_PREFETCH_PIECE ((size_t)128 << 10)

/* Starts to read a range into the page cache. Errors are ignored. */
void os_prefetch(int fd, uint64_t off, uint64_t len);

/* Drops the clean pages of a range from the page cache, for all processes, except those that are
 * mapped. Errors are ignored. */
void os_evict(int fd, uint64_t off, uint64_t len);

/* Returns: how many bytes of memory this process may still use, the page cache included: what the
 * system and each of its control groups have left. UINT64_MAX if unknown, as in posix.c. */
uint64_t os_memory_available(void);

/* --- Sparse files: linux.c, posix.c --- */

/* Finds the first extent of data that ends after `off`, and moves the file offset.
 *
 * Returns: 0; `*ret_start` and `*ret_stop` are UINT64_MAX if there is no data after `off`.
 * Errors: those of lseek(2); -ENOTSUP in posix.c. */
int os_next_data(int fd, uint64_t off, uint64_t *ret_start, uint64_t *ret_stop);

/* --- Maps: common.c ---
 *
 * Addresses, offsets and lengths are multiples of the page size, and no length is 0. */

/* Returns: the page size in bytes. */
size_t os_page_size(void);

/* Maps `len` bytes of a file, read-only. The map is shared, or private if the file system refuses
 * shared maps; `*ret_shared` says which.
 *
 * Errors: those of mmap(2); -EOVERFLOW if `off` is more than INT64_MAX.
 * Lifetime: until os_unmap. */
int os_map(int fd, uint64_t off, size_t len, void **ret_map, bool *ret_shared);

/* Removes a map, or a part of one. */
void os_unmap(void *map, size_t len);

/* --- Changing maps: linux.c, posix.c --- */

enum os_hint {
	OS_HINT_NORMAL,
	OS_HINT_SEQUENTIAL,
	OS_HINT_RANDOM,
	OS_HINT_WILL_NEED
};

/* Advises the kernel how a range of a map will be accessed.
 *
 * Errors: those of madvise(2); those of posix_madvise(3) in posix.c. */
int os_hint(const void *map, size_t len, enum os_hint hint);

/* Releases the resident pages of a range. The next access brings a page back from the file.
 *
 * Errors: like os_hint. */
int os_drop(const void *map, size_t len);

/* Returns: whether os_drop is certain to release pages. posix.c returns false, since there it is a
 * hint that some systems ignore. */
bool os_drops(void);

/* Returns: whether the kernel keeps the page tables of released pages until the map is removed.
 * Linux before 6.14 does; they take 2 MiB for each GiB. posix.c returns false. */
bool os_keeps_tables(void);

/* Maps a range of a shared map again at its own address, which frees its page tables. Other threads
 * can access the range meanwhile. `fd` and `off` are those of the range.
 *
 * Errors: those of mmap(2); -ENOTSUP in posix.c. */
int os_map_again(const void *map, size_t len, int fd, uint64_t off);

/* Extends a shared map of `len` bytes to `new_len` bytes without moving it. `fd` and `off` are
 * those of the whole map. The map is unchanged on failure.
 *
 * Errors: those of mmap(2); -ENOMEM if the addresses after the map are in use. */
int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off);

/* --- Watches: linux_watch.c, posix_watch.c; os_watcher_wait: common.c ---
 *
 * A watch reports only that something may have changed: the caller then examines everything.
 * posix_watch.c watches nothing, since POSIX has no call that reports changes. */

struct os_watcher {
	int events;     /* readable if something was reported, or os_watcher_wake was called */
	int notifier;   /* of inotify(7); -1: nothing can be watched */
	int wake_read;  /* readable after os_watcher_wake; may be the same as `events` ... */
	int wake_write; /* ... and as this one */
};

/* The handle of no watch. */
#define OS_NO_WATCH (-1)

/* Starts a watcher. With `polling` it watches nothing.
 *
 * Errors: those of eventfd(2), or of pipe(2) in posix_watch.c. */
int os_watcher_open(struct os_watcher *ret_watcher, bool polling);
void os_watcher_close(struct os_watcher *watcher);

/* Makes `events` readable. Async-signal-safe. */
void os_watcher_wake(const struct os_watcher *watcher);

/* Waits until `events` is readable, at most for some milliseconds; -1 waits for ever.
 *
 * Errors: those of poll(2), -EINTR after a signal. */
int os_watcher_wait(const struct os_watcher *watcher, int timeout_ms);

/* Reads all that was reported. Returns: false if it will be reported again. */
bool os_watcher_clear(const struct os_watcher *watcher);

/* Watches an open file for writes and truncation, unless another machine may write to it. Two
 * watches of the same file or folder have the same handle. Returns: a handle, or OS_NO_WATCH. */
int os_watch_file(const struct os_watcher *watcher, int fd);

/* Like os_watch_file, for names that are added to a folder or removed. */
int os_watch_folder(const struct os_watcher *watcher, const char *path);

/* Ends a watch. It may have ended before, with its file or folder. */
void os_watch_end(const struct os_watcher *watcher, int handle);

/* Whether the kernel makes the contents of a regular file when it is read. Such a file has no size
 * and does not grow. Returns: 1 or 0. Errors: those of fstatfs(2), or of fstat(2) in
 * posix_watch.c. */
int os_is_pseudo(int fd);

/* --- Memory use: linux.c, posix.c --- */

/* Returns: the resident bytes of the process, mapped files included; 0 if unknown, as in posix.c.
 * The number may be wrong by some dozens of pages, since the kernel counts for each processor and
 * adds the counts up only now and then. */
uint64_t os_resident(void);

/* Reads the memory use of the process, all members but those of the heap. posix.c knows only the
 * peak. It cannot fail: what cannot be read is MMR_UNKNOWN. */
void os_memory(mmr_memory *ret_memory);

/* --- Processors: linux.c, posix.c --- */

/* Returns: how many processors the calling thread may use, at least 1: as many as its affinity mask
 * has, limited by the quotas of its control groups, which are read once. posix.c knows neither: it
 * returns how many are online. */
unsigned os_processors(void);

#endif
