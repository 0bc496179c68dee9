/* binary.c - looking at a first block for what would confuse a terminal
 *
 * SPDX-License-Identifier: MIT */
#include "output/binary.h"

#include "status/message.h"

#include <string.h>
#include <unistd.h>

bool binary_matters(bool allowed)
{
	return !allowed && isatty(STDOUT_FILENO);
}

bool binary_refused(const char *name, mmr_slice bytes)
{
	size_t len = (size_t)min_u64(bytes.len, BINARY_LOOK);

	if (len == 0 || (!memchr(bytes.ptr, '\0', len) && !memchr(bytes.ptr, '\033', len)))
		return false;
	message("%s: binary data is not printed to a terminal (-a prints it, -x shows it in hex)",
		message_quote(name));
	return true;
}
