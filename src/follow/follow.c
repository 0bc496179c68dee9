/* follow.c - followers: their files take turns, and one wait for all of them
 *
 * SPDX-License-Identifier: MIT */
#include "follow/target.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

struct slot {
	struct target *target; /* NULL: the number is free */
};

struct mmr_follow {
	struct follow_shared shared;
	struct slot *files; /* by their numbers */
	int n_files, room;
	int turn; /* the file that is looked at next */
	_Atomic(bool) interrupted;
};

static const mmr_follow_options default_options = MMR_FOLLOW_OPTIONS_INIT;

static bool are_valid(const mmr_follow_options *options)
{
	return options->struct_size >= sizeof(*options) && options->limit > 0 &&
	       options->look_every > 0 && options->look_every <= INT_MAX / 4 &&
	       options->gone_after <= INT_MAX &&
	       (options->backing == MMR_BACKING_UNMAPPED || options->backing == MMR_BACKING_MAPPED);
}

int mmr_follow_open(const mmr_follow_options *options, mmr_follow **ret_follow)
{
	mmr_follow *follow;
	int err;

	if (!options)
		options = &default_options;
	if (!are_valid(options)) {
		error_set(-EINVAL, "follow files with these options");
		return error_hint(-EINVAL, "start from MMR_FOLLOW_OPTIONS_INIT");
	}
	follow = heap_alloc(sizeof(*follow));
	if (!follow)
		return error_set(-ENOMEM, "follow files");
	memset(follow, 0, sizeof(*follow));
	follow->shared.options = *options;
	err = os_watcher_open(&follow->shared.watches.watcher, options->polling);
	if (err < 0) {
		heap_free(follow);
		return error_set(err, "follow files");
	}
	*ret_follow = follow;
	return 0;
}

/* Finds the lowest number that is free, and makes room for it. Returns: -ENOMEM without. */
static int find_number(mmr_follow *follow)
{
	int larger = follow->room > 0 ? 2 * follow->room : 4, i;
	struct slot *moved;

	for (i = 0; i < follow->n_files; i++)
		if (!follow->files[i].target)
			return i;
	if (i < follow->room)
		return i;
	if (follow->room > INT_MAX / 2)
		return -ENOMEM;
	moved = heap_alloc((size_t)larger * sizeof(*moved));
	if (!moved)
		return -ENOMEM;
	if (follow->n_files > 0)
		memcpy(moved, follow->files, (size_t)follow->n_files * sizeof(*moved));
	heap_free(follow->files);
	follow->files = moved;
	follow->room = larger;
	return i;
}

static int add(mmr_follow *follow, const char *path, int fd, uint64_t offset)
{
	int number = find_number(follow), err;
	struct target *target = number < 0 ? NULL : heap_alloc(sizeof(*target));

	if (!target)
		return error_set(-ENOMEM, "follow one more file");
	memset(target, 0, sizeof(*target));
	err = target_start(&follow->shared, target, path, fd, offset);
	if (err < 0) {
		heap_free(target);
		return err;
	}
	follow->files[number].target = target;
	if (number == follow->n_files)
		follow->n_files++;
	return number;
}

int mmr_follow_add(mmr_follow *follow, const char *path, uint64_t offset)
{
	return add(follow, path, -1, offset);
}

int mmr_follow_add_fd(mmr_follow *follow, int fd, uint64_t offset)
{
	return add(follow, NULL, fd, offset);
}

static struct target *find(const mmr_follow *follow, int file)
{
	return file >= 0 && file < follow->n_files ? follow->files[file].target : NULL;
}

/* Closes the reader that the event before has ended. */
static void close_retired(mmr_follow *follow)
{
	mmr_close(follow->shared.retired);
	follow->shared.retired = NULL;
}

void mmr_follow_remove(mmr_follow *follow, int file)
{
	struct target *target = find(follow, file);

	if (!target)
		return;
	close_retired(follow);
	target_end(&follow->shared, target);
	heap_free(target);
	follow->files[file].target = NULL;
}

int mmr_follow_look(mmr_follow *follow, int file, mmr_follow_event *ret_event)
{
	struct target *target = find(follow, file);

	close_retired(follow);
	if (!target || !target_look(&follow->shared, target, ret_event))
		return 0;
	ret_event->file = file;
	return 1;
}

/* Looks at all files, beginning with the one whose turn it is. */
static bool look_at_all(mmr_follow *follow, mmr_follow_event *ret_event)
{
	int i;

	for (i = 0; i < follow->n_files; i++) {
		int file = (follow->turn + i) % follow->n_files;

		if (mmr_follow_look(follow, file, ret_event) > 0) {
			follow->turn = file + 1;
			return true;
		}
	}
	return false;
}

int mmr_follow_timeout(const mmr_follow *follow)
{
	int every = (int)follow->shared.options.look_every, timeout = -1, i;

	for (i = 0; i < follow->n_files; i++) {
		const struct target *target = follow->files[i].target;

		if (!target || target->failed)
			continue;
		if (!target_is_watched(target))
			return every;
		/* A folder of its path may be replaced. */
		timeout = 4 * every;
	}
	return timeout;
}

/* Waits until something may have changed. `left_ms` is how long at most; -1: for ever. */
static void wait_for_change(const mmr_follow *follow, bool is_stuck, int left_ms)
{
	int timeout = mmr_follow_timeout(follow);
	struct timespec nap;

	if (left_ms >= 0 && (timeout < 0 || left_ms < timeout))
		timeout = left_ms;
	if (!is_stuck) {
		int err = os_watcher_wait(&follow->shared.watches.watcher, timeout);

		if (err == 0 || err == -EINTR)
			return;
	}
	/* What failed would fail again at once, and use up the processor. */
	timeout = (int)min_u64(
		(uint64_t)(timeout < 0 ? INT_MAX : timeout), follow->shared.options.look_every);
	nap = (struct timespec){timeout / 1000, timeout % 1000 * 1000000L};
	nanosleep(&nap, NULL);
}

int mmr_follow_next(mmr_follow *follow, int timeout_ms, mmr_follow_event *ret_event)
{
	int64_t end = timeout_ms > 0 ? follow_now() + timeout_ms * FOLLOW_MS : 0, left = timeout_ms;

	for (;;) {
		/* First, so that what is reported from now on ends the wait. */
		bool is_stuck = !os_watcher_clear(&follow->shared.watches.watcher);

		if (atomic_exchange(&follow->interrupted, false)) {
			close_retired(follow);
			*ret_event = (mmr_follow_event){
				.kind = MMR_FOLLOW_INTERRUPTED, .file = -1, .fd = -1};
			return 1;
		}
		if (look_at_all(follow, ret_event))
			return 1;
		if (timeout_ms > 0)
			left = (end - follow_now() + FOLLOW_MS - 1) / FOLLOW_MS;
		if (timeout_ms >= 0 && left <= 0)
			return 0;
		wait_for_change(follow, is_stuck, (int)left);
	}
}

int mmr_follow_used(mmr_follow *follow, int file, uint64_t off, int code)
{
	struct target *target = find(follow, file);

	if (target && target_used(target, off, code) == 0)
		return 0;
	return error_set(-EINVAL, "use bytes of file %d", file);
}

void mmr_follow_interrupt(mmr_follow *follow)
{
	atomic_store(&follow->interrupted, true);
	os_watcher_wake(&follow->shared.watches.watcher);
}

int mmr_follow_fd(const mmr_follow *follow)
{
	return follow->shared.watches.watcher.events;
}

void mmr_follow_close(mmr_follow *follow)
{
	int i;

	if (!follow)
		return;
	for (i = 0; i < follow->n_files; i++)
		mmr_follow_remove(follow, i);
	close_retired(follow);
	os_watcher_close(&follow->shared.watches.watcher);
	heap_free(follow->shared.watches.users);
	heap_free(follow->files);
	heap_free(follow);
}
