/* temporary.c - unlinked files in $TMPDIR
 *
 * SPDX-License-Identifier: MIT */
#include "input/temporary.h"

#include "status/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

int temporary_create(void)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/mmcat.XXXXXX", temporary_folder());
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

bool temporary_write(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

void temporary_failed(void)
{
	message("cannot use a temporary file in '%s': %s; set TMPDIR to another folder",
		message_quote(temporary_folder()), strerror(errno));
}
