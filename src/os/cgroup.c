/* cgroup.c - reads the quotas of the control groups of this process
 *
 * /proc/self/cgroup has the path of the group in its hierarchy, and /proc/self/mountinfo says where
 * the hierarchy, or a part of it, is mounted. The quota of each group above applies, too.
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
	if (group->is_v2 ? *controllers != '\0' : !has_word(controllers, "cpu"))
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
		(!group->is_v2 && !has_word(line, "cpu")))
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

/* The processors that a group allows by itself. */
static unsigned quota_of(const char *root, const char *folder, bool is_v2)
{
	long long quota, period, none;

	if (is_v2) {
		read_numbers(root, folder, "cpu.max", &quota, &period);
	} else {
		read_numbers(root, folder, "cpu.cfs_quota_us", &quota, &none);
		read_numbers(root, folder, "cpu.cfs_period_us", &period, &none);
	}
	if (quota < 0 || period <= 0 || quota / period >= UINT_MAX)
		return UINT_MAX;
	return quota < period ? 1 : (unsigned)(quota / period);
}

/* The least quota of the group and of those above it that are mounted. */
static unsigned least_quota(const char *root, const struct group *group)
{
	size_t skipped = strlen(group->mount_root), base = strlen(group->mount_point);
	char folder[2 * PATH_ROOM], *slash;
	unsigned least = UINT_MAX, quota;

	/* If only a part of the hierarchy is mounted, the group may be outside it. */
	if (strcmp(group->mount_root, "/") == 0)
		skipped = 0;
	else if (strncmp(group->path, group->mount_root, skipped) != 0 ||
		 (group->path[skipped] != '/' && group->path[skipped] != '\0'))
		return UINT_MAX;
	snprintf(folder, sizeof(folder), "%s%s", group->mount_point, group->path + skipped);
	for (;;) {
		quota = quota_of(root, folder, group->is_v2);
		least = quota < least ? quota : least;
		slash = strrchr(folder, '/');
		if (!slash || slash < folder + base)
			return least;
		*slash = '\0';
	}
}

unsigned cgroup_processors(const char *root)
{
	unsigned least = UINT_MAX, quota, i;
	struct group *group = heap_alloc(sizeof(*group));

	for (i = 0; group && i < 2; i++) {
		group->is_v2 = i == 0;
		if (!find_line(root, "cgroup", take_group, group) ||
			!find_line(root, "mountinfo", take_mount, group))
			continue;
		quota = least_quota(root, group);
		least = quota < least ? quota : least;
	}
	heap_free(group);
	return least;
}
