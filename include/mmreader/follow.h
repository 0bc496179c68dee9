/* follow.h - follows files as they grow, are truncated and are replaced
 *
 * A follower does what tail -F does for paths and tail -f does for descriptors, for any number of
 * files. It reports what has happened to them as events, one at a time:
 *
 *	mmr_follow_add(follow, "app.log", 0);
 *	while ((got = mmr_follow_next(follow, -1, &event)) > 0)
 *		if (event.kind == MMR_FOLLOW_GREW)
 *			... read bytes [event.start, event.stop) of event.reader ...
 *
 * Each byte of a file is reported once, in order. If another file gets the path, the rest of the
 * old file is reported before the first byte of the new one. The old file is followed until the new
 * one has a byte, since the writer of a log may keep it open for a while after it is renamed. Up to
 * 8 files that have had the path are kept open until their bytes have been reported.
 *
 * What happens between two looks at a file is not seen: a file that gets the path and loses it
 * again, a truncation after which the file grows beyond its old length (but see `changes`), and the
 * bytes between the last look and a truncation. So call mmr_follow_next often, and reserve other
 * threads for slow work.
 *
 * Linux reports changes at once by inotify(7). Files of network file systems and of FUSE, where
 * other machines may write, files at a path that is a symbolic link, and all files elsewhere are
 * looked at every quarter of a second. The memory and the descriptors that are used do not depend
 * on the sizes of the files.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FOLLOW_H
#define MMREADER_FOLLOW_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* A follower: any number of files, their readers and their watches. */
typedef struct mmr_follow mmr_follow;

/* Options of a follower. Start from MMR_FOLLOW_OPTIONS_INIT, so that members can be added later. */
typedef struct mmr_follow_options {
	size_t struct_size;
	uint64_t limit; /* of the new bytes of one GREW; MMR_REST: no limit; 0 is invalid */
	/* Milliseconds between two looks at a file that is not watched. A watched one is looked at
	 * after four times as many. 0 is invalid. */
	unsigned look_every;
	/* Milliseconds until a missing path is reported as GONE. During each rotation it is missing
	 * for a moment. */
	unsigned gone_after;
	enum mmr_backing_kind backing; /* of the readers: UNMAPPED or MAPPED */
	bool polling;                  /* do not use inotify(7) */
	/* Report CHANGED if the first or the last 512 bytes that were reported have changed. This
	 * finds most files that were rewritten with the same size, or truncated and written again
	 * beyond the old size between two looks. */
	bool changes;
} mmr_follow_options;

/* clang-format off */
#define MMR_FOLLOW_OPTIONS_INIT \
	{ sizeof(mmr_follow_options), MMR_REST, 250, 1000, MMR_BACKING_UNMAPPED, false, false }
/* clang-format on */

/* What an event reports. */
enum mmr_follow_kind {
	/* A file has the path: the first event of a file that exists when it is added, and later
	 * the end of a time without any file. */
	MMR_FOLLOW_OPENED,
	/* The file has bytes [start, stop) that were not reported before, or were given back. */
	MMR_FOLLOW_GREW,
	/* Bytes that were reported have gone: the file is shorter. Its bytes are reported from its
	 * start again. */
	MMR_FOLLOW_TRUNCATED,
	/* Bytes that were reported have changed, and the file is reported from its start again.
	 * Only with the option `changes`. */
	MMR_FOLLOW_CHANGED,
	/* Another file has the path; `reader` and `fd` are those of the new one. Events of the old
	 * one can follow until its ENDED. */
	MMR_FOLLOW_REPLACED,
	/* No more bytes of this file are reported: the next file is next. Bytes [start, stop) are
	 * those that were given back by mmr_follow_used, such as a last line without an end.
	 * `code` is -ESTALE if a server has removed the file, which then cannot be read; else 0. */
	MMR_FOLLOW_ENDED,
	/* No file that can be followed has had the path for a while, or when it was added. `code`
	 * is the reason: errno of stat(2) and open(2); -EISDIR; -ENOTSUP for one that is not a
	 * regular file, or does not grow. A file that was open is still followed. */
	MMR_FOLLOW_GONE,
	/* After GONE, the file that is still followed has its path again. */
	MMR_FOLLOW_RETURNED,
	/* The file is not followed any more, because of the error `code`; mmr_last_error has the
	 * message. Its number stays in use until mmr_follow_remove. */
	MMR_FOLLOW_FAILED,
	/* mmr_follow_interrupt was called. `file` is -1. */
	MMR_FOLLOW_INTERRUPTED
};

/* What has happened to a file. */
typedef struct mmr_follow_event {
	enum mmr_follow_kind kind;
	int file; /* the number that mmr_follow_add has returned */
	int code; /* of ENDED, GONE, FAILED; else 0 */
	/* The descriptor of the reader, for calls such as splice(2); -1 if there is no file. Do not
	 * move its file offset if it is that of mmr_follow_add_fd: both share it. */
	int fd;
	mmr_reader *reader;   /* of the whole file: it contains bytes up to `stop`; or NULL */
	uint64_t start, stop; /* of GREW and ENDED; else 0 */
} mmr_follow_event;

/* Starts a follower without files.
 *
 * Shape: `options` may be NULL.
 * Errors: -EINVAL for invalid options; -ENOMEM; -EMFILE and other errors of eventfd(2) or pipe(2).
 *   Without inotify(7), or when its limits are reached, it looks at the files regularly.
 * Lifetime: until mmr_follow_close.
 * Threads: one thread at a time may call the functions of a follower, except
 *   mmr_follow_interrupt. */
MMR_API MMR_MUST_CHECK int mmr_follow_open(
	const mmr_follow_options *options, mmr_follow **ret_follow);

/* Follows the file at a path, and each later one that gets the path.
 *
 * Shape: a relative path refers to the working folder of each moment. If there is no file, or it
 *   cannot be opened, the first event is GONE, and the follower waits for a file.
 * Units: the first event GREW starts at `offset` of the file that exists now; MMR_REST is its end.
 *   Later files are reported from their start. If the file ends before `offset`, that is reported
 *   as TRUNCATED.
 * Returns: a number for the file, the lowest that is free, from 0 on.
 * Errors: what cannot grow can be read once by mmr_open: -EISDIR for a directory, MMR_ESTREAM for
 *   other files that are not regular, -ENOTSUP for files of /proc, /sys and the like; -ENOMEM;
 *   errno of fstatfs(2), dup(2) and fstat(2). */
MMR_API MMR_MUST_CHECK int mmr_follow_add(mmr_follow *follow, const char *path, uint64_t offset);

/* Like mmr_follow_add, for an open file without a path, of which a duplicate is kept. It is never
 * GONE and never REPLACED. The file offset is neither used nor moved.
 *
 * Errors: like mmr_follow_add, and -EBADF if `fd` is not open for reading. */
MMR_API MMR_MUST_CHECK int mmr_follow_add_fd(mmr_follow *follow, int fd, uint64_t offset);

/* Follows a file no more, and frees its number.
 *
 * Shape: a number that is not in use is ignored. */
MMR_API void mmr_follow_remove(mmr_follow *follow, int file);

/* Waits for the next event. The files take turns.
 *
 * Shape: a negative `timeout_ms` waits for ever, 0 does not wait. Without files, only
 *   mmr_follow_interrupt ends a wait. Signals do not end it, except by mmr_follow_interrupt.
 * Returns: 1 with an event; 0 if there was none in time. It never fails: see FAILED.
 * Lifetime: `reader` and `fd` of the event are valid until the next call of this function, of
 *   mmr_follow_look, mmr_follow_remove or mmr_follow_close. Open `fd` by mmr_open_fd to keep it
 *   longer. */
MMR_API MMR_MUST_CHECK int mmr_follow_next(
	mmr_follow *follow, int timeout_ms, mmr_follow_event *ret_event);

/* Like mmr_follow_next, for one file and without waiting.
 *
 * Returns: 1 with an event; 0 if there is none now, and for a number that is not in use. */
MMR_API MMR_MUST_CHECK int mmr_follow_look(
	mmr_follow *follow, int file, mmr_follow_event *ret_event);

/* Sets how far a file has been used: bytes before `off`. Without this call, these are all bytes
 * that were reported.
 *
 * With code 0, bytes after `off` that were reported are part of the next GREW of the file, together
 * with the bytes that will be appended, or of its ENDED. So give back the start of a line whose end
 * is not written yet. If `off` is after the bytes that were reported, those between are skipped.
 *
 * With another code, reading has failed at `off`. After MMR_ETRUNCATED the next event is TRUNCATED,
 * unless the file ends at `off`: then no byte that was used is gone. Other codes are reported as
 * FAILED, but -ESTALE of a file with a path as ENDED.
 *
 * Shape: call it before the next event of the file is requested; not after its ENDED.
 * Errors: -EINVAL if the number is not in use, no file is open, or `code` is positive. */
MMR_API MMR_MUST_CHECK int mmr_follow_used(mmr_follow *follow, int file, uint64_t off, int code);

/* Ends the mmr_follow_next that waits, or the next one, by an event INTERRUPTED. Calls before this
 * event have no further effect.
 *
 * Threads: any. Async-signal-safe. The follower must not be closed meanwhile. */
MMR_API void mmr_follow_interrupt(mmr_follow *follow);

/* A descriptor for poll(2), which becomes readable (POLLIN) when an event is likely: then call
 * mmr_follow_next with timeout 0 until it returns 0. Poll no longer than mmr_follow_timeout, since
 * not every file can be watched. Do not read from the descriptor.
 *
 * Returns: a descriptor; never -1.
 * Lifetime: until mmr_follow_close. */
MMR_API MMR_MUST_CHECK int mmr_follow_fd(const mmr_follow *follow);

/* How long a program may poll the descriptor of mmr_follow_fd before it calls mmr_follow_next,
 * which has returned 0, again.
 *
 * Units: milliseconds.
 * Returns: the time, or -1 without files. */
MMR_API MMR_MUST_CHECK int mmr_follow_timeout(const mmr_follow *follow);

/* Closes a follower and its readers. The file offsets of descriptors are left as they are.
 *
 * Shape: `follow` may be NULL. */
MMR_API void mmr_follow_close(mmr_follow *follow);

MMR_END_DECLS

#endif
