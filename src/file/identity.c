/* identity.c - where the file of a reader is, and who can have written it
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

#include <errno.h>

/* Permissions of others than the owner to write. */
#define OTHERS_WRITE 022u

int reader_path(const mmr_reader *reader, char *buffer, size_t size)
{
	int err = os_path(reader->fd, buffer, size);

	return err < 0 ? error_set(err, "find the path of '%s'", reader->name) : 0;
}

int reader_is_trusted(const mmr_reader *reader, const mmr_reader *data)
{
	struct os_stat ours, theirs, now;
	int err = reader_status(reader, "stat", &ours, &now);

	if (err > 0)
		err = reader_status(data, "stat", &theirs, &now);
	if (err <= 0 || (ours.mode & OTHERS_WRITE) != 0)
		return err < 0 ? err : 0;
	return ours.owner == os_user() || ours.owner == 0 || ours.owner == theirs.owner;
}

int reader_is_same_file(const mmr_reader *reader, const mmr_reader *data)
{
	struct os_stat ours, theirs, now;
	int err = reader_status(reader, "stat", &ours, &now);

	if (err > 0)
		err = reader_status(data, "stat", &theirs, &now);
	return err <= 0 ? err : ours.dev == theirs.dev && ours.ino == theirs.ino;
}

int path_is_folder(const char *path)
{
	struct os_stat stat;
	int err = os_stat_path(path, &stat);

	/* A file that is to be made. */
	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err < 0)
		return error_set(err, "stat '%s'", path);
	return stat.kind == OS_DIRECTORY;
}
