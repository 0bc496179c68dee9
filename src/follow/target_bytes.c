/* target_bytes.c - growth, truncation and changes of the file whose turn it is
 *
 * SPDX-License-Identifier: MIT */
#include "follow/target_parts.h"

#include <errno.h>
#include <string.h>

static bool report_restart(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event)
{
	int err = target_renew_reader(shared, target);

	if (err < 0)
		return target_lose(shared, target, err, ret_event);
	target_restart(target);
	return target_report(ret_event, MMR_FOLLOW_TRUNCATED, &target->files[0], 0);
}

/* Remembers the last bytes before `stop`; and the first ones, unless they are known. */
static void take_samples(struct target *target, uint64_t stop)
{
	struct target_sample *samples[] = {&target->first, &target->last};
	int fd = target->files[0].reader->fd;
	size_t i;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		struct target_sample *sample = samples[i];
		size_t len = (size_t)min_u64(FOLLOW_SAMPLE, stop), got;

		if (sample == &target->first && sample->len == len)
			continue;
		sample->stop = sample == &target->first ? len : stop;
		sample->len = 0;
		/* What cannot be read is found by the next look, or by the caller. */
		if (os_read_at(fd, sample->stop - len, sample->bytes, len, &got) == 0 && got == len)
			sample->len = len;
	}
}

/* Whether bytes that were reported differ from what they were. */
static bool has_changed(const struct target *target)
{
	const struct target_sample *samples[] = {&target->first, &target->last};
	int fd = target->files[0].reader->fd;
	char now[FOLLOW_SAMPLE];
	size_t i, got;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		const struct target_sample *sample = samples[i];

		if (sample->len > 0 &&
			os_read_at(fd, sample->stop - sample->len, now, sample->len, &got) == 0 &&
			got == sample->len && memcmp(now, sample->bytes, got) != 0)
			return true;
	}
	return false;
}

/* Extends the reader of the first file to its size, or opens it again if the file has been shorter.
 * Errors: those of mmr_refresh and mmr_open. */
static int refresh(struct follow_shared *shared, struct target *target)
{
	struct error_note note;
	int err;

	error_save(&note);
	err = mmr_refresh(target->files[0].reader);
	/* This is no error, so it must not leave a message. */
	if (err == MMR_ETRUNCATED) {
		error_restore(&note);
		err = target_renew_reader(shared, target);
	}
	return err < 0 ? err : 0;
}

bool target_look_at_bytes(
	struct follow_shared *shared, struct target *target, mmr_follow_event *ret_event)
{
	struct os_stat now;
	uint64_t limit = shared->options.limit, start = target->off, stop;
	int err = os_stat_fd(target->files[0].reader->fd, &now);

	if (err < 0) {
		error_set(err, "stat '%s'", target->files[0].reader->name);
		return target_lose(shared, target, err, ret_event);
	}
	if (target->lost == MMR_ETRUNCATED || now.size < target->off)
		return report_restart(shared, target, ret_event);
	if (shared->options.changes && has_changed(target)) {
		target_restart(target);
		return target_report(ret_event, MMR_FOLLOW_CHANGED, &target->files[0], 0);
	}
	/* The limit counts from what was reported, so that a caller that gives bytes back gets
	 * more of them each time. */
	stop = min_u64(now.size, target->end);
	if (stop > target->seen && stop - target->seen > limit)
		stop = target->seen + limit;
	if (stop == target->seen)
		return false;
	err = refresh(shared, target);
	if (err < 0)
		return target_lose(shared, target, err, ret_event);
	/* The file may have been truncated meanwhile, which the next look finds. */
	stop = min_u64(stop, mmr_size(target->files[0].reader));
	target->seen = max_u64(stop, start);
	if (stop <= start)
		return false;
	target->off = stop;
	if (shared->options.changes)
		take_samples(target, stop);
	return target_report_range(ret_event, MMR_FOLLOW_GREW, &target->files[0], start, stop);
}

int target_used(struct target *target, uint64_t off, int code)
{
	struct os_stat now;

	if (target->n_files == 0 || code > 0)
		return -EINVAL;
	target->off = off;
	if (code < 0 || off > target->seen)
		target->seen = off;
	target->lost = code;
	/* If the file ends where reading stopped, no byte that was used is gone. It may grow again,
	 * so its size is compared at once. */
	if (code == MMR_ETRUNCATED && os_stat_fd(target->files[0].reader->fd, &now) == 0 &&
		now.size == off)
		target->lost = 0;
	return 0;
}
