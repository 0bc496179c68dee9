/* target.h - a path or a descriptor that is followed, and what all targets of a follower share
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FOLLOW_TARGET_H
#define SRC_FOLLOW_TARGET_H

#include "file/reader.h"
#include "follow/watches.h"

#include <mmreader/follow.h>

/* Files that have had the path and are kept open, the current one included. */
#define FOLLOW_OPEN_MAX 8

/* How many bytes at the start and at the end of what was reported are compared. */
#define FOLLOW_SAMPLE 512

/* One of the files that have had the path. */
struct target_file {
	mmr_reader *reader;
	uint64_t dev, ino;
	int watch;
};

/* Bytes that were reported; the last of them end at `stop`. */
struct target_sample {
	size_t len;
	uint64_t stop;
	char bytes[FOLLOW_SAMPLE];
};

struct target {
	bool in_use;
	bool failed;
	bool is_new;      /* its first event was not returned yet */
	char *path;       /* NULL for a descriptor */
	char *folder;     /* that contains the path */
	int folder_watch; /* renewed now and then */
	int64_t folder_seen;

	/* In the order in which they have had the path. Events are those of the first. */
	struct target_file files[FOLLOW_OPEN_MAX];
	size_t n_files;
	uint64_t off;  /* of the first file: bytes before it are used */
	uint64_t seen; /* bytes before it were reported */
	uint64_t end;  /* later bytes are not reported; MMR_REST: no later file has the path */
	int lost;      /* why bytes that were reported could not be read; 0 */
	struct target_sample first, last;

	int missing; /* why no file has the path; 0 if one has it */
	int64_t missing_since;
	int reported; /* the last such reason that was reported; 0 for none */
};

struct follow_shared {
	mmr_follow_options options;
	struct watches watches;
	mmr_reader *retired; /* closed by the next call */
};

/* Starts to follow a path, or `fd` if the path is NULL. The struct is filled with zeroes before.
 *
 * Errors: like mmr_follow_add. It need not be ended then. */
int target_start(struct follow_shared *shared, struct target *target, const char *path, int fd,
	uint64_t offset);
void target_end(struct follow_shared *shared, struct target *target);

/* Looks at the path and at the files. Returns: whether there is an event; all its members except
 * `file` are set then. */
bool target_look(struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event);

/* Whether watches report every change of the files and their path. */
bool target_is_watched(const struct target *target);

/* Like mmr_follow_used. Errors: -EINVAL, without a message. */
int target_used(struct target *target, uint64_t off, int code);

/* Nanoseconds on the monotonic clock. */
#define FOLLOW_MS INT64_C(1000000)
int64_t follow_now(void);

#endif
