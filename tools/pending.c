/* pending.c - a buffer that is filled at its end and emptied at its start
 *
 * SPDX-License-Identifier: MIT */
#include "pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int pending_add(struct pending *pending, mmr_slice bytes)
{
	size_t room = pending->len + bytes.len;
	char *larger;

	if (room > pending->room) {
		/* By half more: a line may grow for long before it ends. */
		room += pending->len / 2;
		larger = realloc(pending->bytes, room);
		if (!larger)
			return -ENOMEM;
		pending->bytes = larger;
		pending->room = room;
	}
	memcpy(pending->bytes + pending->len, bytes.ptr, bytes.len);
	pending->len += bytes.len;
	return 0;
}

void pending_drop(struct pending *pending, size_t len)
{
	pending->len -= len;
	memmove(pending->bytes, pending->bytes + len, pending->len);
}
