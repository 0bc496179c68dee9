/* save.c - writes a file that replaces another one
 *
 * SPDX-License-Identifier: MIT */
#include "file/save.h"

#include "os/os.h"

#include <errno.h>
#include <string.h>

#define SUFFIX ".XXXXXX"
#define MODE   0644u

static int failed(const struct save *save, int err)
{
	return err < 0 ? error_set(err, "write '%s'", save->path) : 0;
}

int save_open(const char *path, unsigned mode, struct save **ret_save)
{
	size_t len = strlen(path);
	struct save *save = heap_alloc(sizeof(*save) + len + sizeof(SUFFIX));
	int err;

	if (!save)
		return error_set(-ENOMEM, "write '%s'", path);
	save->path = path;
	memcpy(save->temporary, path, len);
	memcpy(save->temporary + len, SUFFIX, sizeof(SUFFIX));
	err = failed(save, os_create(save->temporary, mode & MODE, &save->fd));
	if (err < 0) {
		heap_free(save);
		return err;
	}
	*ret_save = save;
	return 0;
}

int save_write(struct save *save, uint64_t off, const void *bytes, size_t len)
{
	return failed(save, os_write_at(save->fd, off, bytes, len));
}

int save_finish(struct save *save)
{
	int err = os_sync(save->fd);

	if (err == 0)
		err = os_rename(save->temporary, save->path);
	if (err == 0)
		save->temporary[0] = '\0';
	return failed(save, err);
}

void save_close(struct save *save)
{
	if (!save)
		return;
	os_close(save->fd);
	if (save->temporary[0])
		os_remove(save->temporary);
	heap_free(save);
}

void save_remove(const char *path)
{
	os_remove(path);
}
