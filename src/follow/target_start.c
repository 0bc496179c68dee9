/* target_start.c - starts to follow a path or a descriptor
 *
 * SPDX-License-Identifier: MIT */
#include "follow/target_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Copies a path and its folder. */
static int set_path(struct target *target, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = strlen(path) + 1, folder_len = slash ? (size_t)(slash - path) + 1 : 1;

	target->path = heap_alloc(len);
	target->folder = heap_alloc(folder_len + 1);
	if (!target->path || !target->folder)
		return error_set(-ENOMEM, "follow '%s'", path);
	memcpy(target->path, path, len);
	memcpy(target->folder, slash ? path : ".", folder_len);
	target->folder[folder_len] = '\0';
	return 0;
}

static int refuse(int code, const char *name)
{
	error_set(code, "follow '%s'", name);
	return error_hint(code, "it does not grow; read it once");
}

static int check_kind(const char *name, const struct os_stat *stat)
{
	if (stat->kind == OS_REGULAR)
		return 0;
	return refuse(stat->kind == OS_DIRECTORY ? -EISDIR : MMR_ESTREAM, name);
}

static int start_path(struct follow_shared *shared, struct target *target, const char *path)
{
	struct os_stat stat;
	int err = set_path(target, path), fd;

	if (err < 0)
		return err;
	if (os_stat_path(path, &stat) == 0) {
		err = check_kind(path, &stat);
		if (err < 0)
			return err;
	}
	target_watch_folder(shared, target);
	err = target_open_path(path, &fd, &stat);
	if (err == -ENOTSUP)
		return refuse(err, path);
	if (err < 0) {
		target->missing = target->reported = err;
		return 0;
	}
	return target_add_file(shared, target, path, fd, &stat);
}

/* Checks that a descriptor can be followed. */
static int check_fd(const char *name, int fd, struct os_stat *ret_stat)
{
	int err = os_check_readable(fd);

	if (err == 0)
		err = os_stat_fd(fd, ret_stat);
	if (err == 0 && ret_stat->kind != OS_REGULAR)
		return check_kind(name, ret_stat);
	if (err == 0)
		err = os_is_pseudo(fd);
	if (err > 0)
		return refuse(-ENOTSUP, name);
	return err < 0 ? error_set(err, "follow '%s'", name) : 0;
}

static int start_fd(struct follow_shared *shared, struct target *target, int fd)
{
	struct os_stat stat;
	char name[32];
	int err, own;

	snprintf(name, sizeof(name), "descriptor %d", fd);
	err = check_fd(name, fd, &stat);
	if (err < 0)
		return err;
	err = os_dup(fd, &own);
	if (err < 0)
		return error_set(err, "follow '%s'", name);
	return target_add_file(shared, target, name, own, &stat);
}

int target_start(struct follow_shared *shared, struct target *target, const char *path, int fd,
	uint64_t offset)
{
	int err;

	target->folder_watch = OS_NO_WATCH;
	target->end = MMR_REST;
	target->folder_seen = INT64_MIN / 2; /* long ago */
	err = path ? start_path(shared, target, path) : start_fd(shared, target, fd);
	if (err < 0) {
		target_end(shared, target);
		return err;
	}
	if (target->n_files > 0 && offset == MMR_REST)
		offset = mmr_size(target->files[0].reader);
	if (target->n_files > 0)
		target->off = target->seen = offset;
	target->in_use = target->is_new = true;
	return 0;
}
