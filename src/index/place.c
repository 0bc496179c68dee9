/* place.c - names the file of an index
 *
 * SPDX-License-Identifier: MIT */
#include "index/place.h"

#include "index/file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#if !defined(PATH_MAX)
#define PATH_MAX 4096
#endif

/* A hash of 64 bits and two dots. */
#define HASH_ROOM 24

/* Indexes of other units than lines that end with \n have names of their own, so that both can be
 * kept. */
static uint64_t hash_units(const struct units *units)
{
	uint64_t identity = file_units(units);

	if (units->delimiter == '\n' && identity == 0)
		return 0;
	return XXH3_64bits_withSeed(&units->delimiter, 1, identity) | 1;
}

static int compose(
	const char *folder, const char *name, uint64_t path, uint64_t units, char **ret_path)
{
	size_t room = strlen(folder) + strlen(name) + 2 * HASH_ROOM + sizeof("/.mmri");
	char *made = heap_alloc(room);
	size_t used;

	if (!made)
		return error_set(-ENOMEM, "name an index of '%s'", name);
	used = (size_t)snprintf(made, room, "%s%s%s", folder, *folder ? "/" : "", name);
	if (path != 0)
		used += (size_t)snprintf(
			made + used, room - used, ".%016llx", (unsigned long long)path);
	if (units != 0)
		used += (size_t)snprintf(made + used, room - used, ".%08llx",
			(unsigned long long)units & 0xffffffff);
	snprintf(made + used, room - used, ".mmri");
	*ret_path = made;
	return 0;
}

/* Files with the same name, of several folders, may have their indexes in one folder. */
static int place_in_folder(
	const mmr_reader *reader, const struct units *units, const char *folder, char **ret_path)
{
	char path[PATH_MAX];
	const char *name;
	int err = reader_path(reader, path, sizeof(path));

	if (err < 0)
		return err;
	name = strrchr(path, '/');
	return compose(folder, name ? name + 1 : path, XXH3_64bits(path, strlen(path)) | 1,
		hash_units(units), ret_path);
}

int place_path(const mmr_reader *reader, const struct units *units,
	const mmr_index_options *options, char **ret_path)
{
	const char *place = options->place, *data = options->data_path;
	int is_folder = place ? path_is_folder(place) : 0;
	size_t len;

	if (is_folder < 0)
		return is_folder;
	if (is_folder)
		return place_in_folder(reader, units, place, ret_path);
	if (!data && reader->by_path)
		data = reader->name;
	if (!place && !data) {
		error_set(-EINVAL, "name an index of '%s'", reader->name);
		return error_hint(-EINVAL, "give its path");
	}
	if (!place)
		return compose("", data, 0, hash_units(units), ret_path);
	len = strlen(place) + 1;
	*ret_path = heap_alloc(len);
	if (!*ret_path)
		return error_set(-ENOMEM, "name an index of '%s'", reader->name);
	memcpy(*ret_path, place, len);
	return 0;
}
