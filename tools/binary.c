/* binary.c - looking at a first block for what would confuse a terminal
 *
 * SPDX-License-Identifier: MIT */
#include "binary.h"

#include "message.h"

#include <string.h>
#include <unistd.h>

#define FIRST_BLOCK ((size_t)32 << 10)

bool binary_matters(const struct options *options)
{
	return !options->binary && isatty(STDOUT_FILENO);
}

bool binary_refused(const char *name, mmr_slice bytes)
{
	size_t len = (size_t)min_u64(bytes.len, FIRST_BLOCK);

	if (len == 0 || (!memchr(bytes.ptr, '\0', len) && !memchr(bytes.ptr, '\033', len)))
		return false;
	message("%s: binary data is not printed to a terminal (-a prints it, -x shows it in hex)",
		message_quote(name));
	return true;
}

bool binary_refused_at(const struct input *input, uint64_t start, uint64_t stop)
{
	static char block[FIRST_BLOCK];
	mmr_slice bytes = {block, 0};

	if (mmr_read_at(input->reader, start, block, (size_t)min_u64(stop - start, sizeof(block)),
		    &bytes.len) < 0)
		return false;
	return binary_refused(input->name, bytes);
}
