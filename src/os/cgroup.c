/* cgroup.c - reads the quotas and the memory limits of the control groups of this process
 *
 * /proc/self/cgroup has the path of the group in its hierarchy, and /proc/self/mountinfo says where
 * the hierarchy, or a part of it, is mounted. The limits of each group above apply, too.
 *
 * SPDX-License-Identifier: MIT */
#include "os/cgroup.h"

#include "common.h"
#include "os/os.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ROOM 4096

/* A group, and where its hierarchy is mounted. */
struct group {
	char path[PATH_ROOM];        /* in the hierarchy */
	char mount_root[PATH_ROOM];  /* the group that is mounted ... */
	char mount_point[PATH_ROOM]; /* ... here */
	const char *controller;      /* for version 1, where each may have its own hierarchy */
	bool is_v2;
};

/* Reads a file of a folder. Returns: its text, which the caller frees, or NULL. */
static char *read_file(const char *root, const char *folder, const char *name)
{
	size_t room = 4096, len = 0, got = 1;
	char path[2 * PATH_ROOM], *text, *larger;
	int fd, n = snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);

	if (n < 0 || (size_t)n >= sizeof(path) || os_open(path, false, &fd) < 0)
		return NULL;
	text = heap_alloc(room);
	while (text && got > 0) {
		if (os_read_some(fd, text + len, room - 1 - len, &got) < 0)
			got = 0;
		len += got;
		if (len < room - 1)
			continue;
		larger = heap_alloc(2 * room);
		if (larger)
			memcpy(larger, text, len);
		heap_free(text);
		text = larger;
		room *= 2;
	}
	os_close(fd);
	if (text)
		text[len] = '\0';
	return text;
}

/* Whether a word is in a list like "cpu,cpuacct". */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *at = list;

	for (; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Cuts a text after its next `end`. Returns: the part before. */
static char *take(char **rest, char end)
{
	char *part = *rest, *stop = strchr(part, end);

	if (stop) {
		*stop = '\0';
		*rest = stop + 1;
	} else {
		*rest = part + strlen(part);
	}
	return part;
}

static bool copy_path(char *to, const char *path)
{
	size_t len = strlen(path);

	if (len >= PATH_ROOM)
		return false;
	memcpy(to, path, len + 1);
	return true;
}

static bool is_octal(char digit)
{
	return digit >= '0' && digit <= '7';
}

/* Undoes the escapes of mountinfo, such as \040. */
static void unescape(char *path)
{
	char *to = path;
	unsigned byte;

	for (; *path; path++) {
		if (path[0] == '\\' && is_octal(path[1]) && is_octal(path[2]) &&
			is_octal(path[3])) {
			byte = (unsigned)(path[1] - '0') * 64 + (unsigned)(path[2] - '0') * 8 +
			       (unsigned)(path[3] - '0');
			*to++ = (char)byte;
			path += 3;
		} else {
			*to++ = *path;
		}
	}
	*to = '\0';
}

/* Takes the group of a line like "0::/user.slice" or "4:cpu,cpuacct:/". */
static bool take_group(struct group *group, char *line)
{
	char *controllers;

	take(&line, ':');
	controllers = take(&line, ':');
	if (group->is_v2 ? *controllers != '\0' : !has_word(controllers, group->controller))
		return false;
	return copy_path(group->path, line);
}

/* Takes the mount of a line like "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", if it is
 * one of the hierarchy. */
static bool take_mount(struct group *group, char *line)
{
	char *root, *point, *type;
	unsigned i;

	for (i = 0; i < 3; i++)
		take(&line, ' ');
	root = take(&line, ' ');
	point = take(&line, ' ');
	line = strstr(line, " - ");
	if (!line)
		return false;
	line += 3;
	type = take(&line, ' ');
	take(&line, ' ');
	if (strcmp(type, group->is_v2 ? "cgroup2" : "cgroup") != 0 ||
		(!group->is_v2 && !has_word(line, group->controller)))
		return false;
	unescape(root);
	unescape(point);
	return copy_path(group->mount_root, root) && copy_path(group->mount_point, point);
}

/* Looks for a line of a file in /proc/self. */
static bool find_line(const char *root, const char *name,
	bool (*take_line)(struct group *group, char *line), struct group *group)
{
	char *text = read_file(root, "/proc/self", name), *rest = text;
	bool found = false;

	while (rest && *rest && !found)
		found = take_line(group, take(&rest, '\n'));
	heap_free(text);
	return found;
}

/* Reads up to two numbers. Those that are missing are -1, as "max" is. */
static void read_numbers(
	const char *root, const char *folder, const char *name, long long *first, long long *second)
{
	char *text = read_file(root, folder, name), *end;

	*first = *second = -1;
	if (text) {
		*first = strtoll(text, &end, 10);
		*second = end > text ? strtoll(end, NULL, 10) : -1;
		*first = end > text ? *first : -1;
	}
	heap_free(text);
}

/* --- The limits of one group --- */

/* The processors that a group allows by itself. */
static uint64_t quota_of(const char *root, const char *folder, bool is_v2)
{
	long long quota, period, none;

	if (is_v2) {
		read_numbers(root, folder, "cpu.max", &quota, &period);
	} else {
		read_numbers(root, folder, "cpu.cfs_quota_us", &quota, &none);
		read_numbers(root, folder, "cpu.cfs_period_us", &period, &none);
	}
	if (quota < 0 || period <= 0)
		return UINT64_MAX;
	return quota < period ? 1 : (uint64_t)(quota / period);
}

/* A number of memory.stat; 0 if it is missing. */
static uint64_t stat_of(const char *stat, const char *field)
{
	size_t len = strlen(field);
	unsigned long long n = 0;

	while (stat && strncmp(stat, field, len) != 0) {
		stat = strchr(stat, '\n');
		if (stat)
			stat++;
	}
	if (stat && sscanf(stat + len, "%llu", &n) != 1)
		n = 0;
	return n;
}

/* The page cache of a group and of those below it, without shared memory and files of tmpfs: the
 * kernel drops it before it refuses memory. */
static uint64_t cache_of(const char *root, const char *folder, bool is_v2)
{
	char *stat = read_file(root, folder, "memory.stat");
	uint64_t n = stat_of(stat, is_v2 ? "inactive_file " : "total_inactive_file ") +
		     stat_of(stat, is_v2 ? "active_file " : "total_active_file ");

	heap_free(stat);
	return n;
}

/* The bytes of memory that a group has left by itself. */
static uint64_t memory_of(const char *root, const char *folder, bool is_v2)
{
	long long most, high = -1, used, none;
	uint64_t kept;

	read_numbers(root, folder, is_v2 ? "memory.max" : "memory.limit_in_bytes", &most, &none);
	read_numbers(
		root, folder, is_v2 ? "memory.current" : "memory.usage_in_bytes", &used, &none);
	if (is_v2)
		read_numbers(root, folder, "memory.high", &high, &none);
	if (most < 0 || (high >= 0 && high < most))
		most = high;
	if (most < 0 || used < 0)
		return UINT64_MAX;
	kept = cache_of(root, folder, is_v2);
	kept = (uint64_t)used - min_u64((uint64_t)used, kept);
	return (uint64_t)most - min_u64((uint64_t)most, kept);
}

/* --- All groups above a process --- */

/* Returns: a limit of one group; UINT64_MAX if it has none. */
typedef uint64_t limit_fn(const char *root, const char *folder, bool is_v2);

/* The least limit of the group and of those above it that are mounted. */
static uint64_t least_limit(const char *root, const struct group *group, limit_fn *limit_of)
{
	size_t skipped = strlen(group->mount_root), base = strlen(group->mount_point);
	char folder[2 * PATH_ROOM], *slash;
	uint64_t least = UINT64_MAX;

	/* If only a part of the hierarchy is mounted, the group may be outside it. */
	if (strcmp(group->mount_root, "/") == 0)
		skipped = 0;
	else if (strncmp(group->path, group->mount_root, skipped) != 0 ||
		 (group->path[skipped] != '/' && group->path[skipped] != '\0'))
		return UINT64_MAX;
	snprintf(folder, sizeof(folder), "%s%s", group->mount_point, group->path + skipped);
	for (;;) {
		least = min_u64(least, limit_of(root, folder, group->is_v2));
		slash = strrchr(folder, '/');
		if (!slash || slash < folder + base)
			return least;
		*slash = '\0';
	}
}

/* The least limit in the hierarchies of both versions. */
static uint64_t limit(const char *root, const char *controller, limit_fn *limit_of)
{
	struct group *group = heap_alloc(sizeof(*group));
	uint64_t least = UINT64_MAX;
	unsigned i;

	for (i = 0; group && i < 2; i++) {
		group->controller = controller;
		group->is_v2 = i == 0;
		if (find_line(root, "cgroup", take_group, group) &&
			find_line(root, "mountinfo", take_mount, group))
			least = min_u64(least, least_limit(root, group, limit_of));
	}
	heap_free(group);
	return least;
}

unsigned cgroup_processors(const char *root)
{
	return (unsigned)min_u64(limit(root, "cpu", quota_of), UINT_MAX);
}

uint64_t cgroup_memory(const char *root)
{
	return limit(root, "memory", memory_of);
}
