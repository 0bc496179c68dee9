/* message.c - error messages on standard error
 *
 * SPDX-License-Identifier: MIT */
#include "status/message.h"

#include "status/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The longest path with each byte escaped. */
#define QUOTED_ROOM (4 * PATH_MAX + 1)

const char *program_name = "mmcat";

void message_start(const char *argv0)
{
	const char *slash;
	char *copy;

	if (!argv0 || !*argv0)
		return;
	slash = strrchr(argv0, '/');
	copy = strdup(message_quote(slash && slash[1] ? slash + 1 : argv0));
	if (copy)
		program_name = copy;
}

enum status message(const char *format, ...)
{
	/* Two names with all bytes escaped, and the text. */
	static char line[2 * QUOTED_ROOM + PATH_MAX];
	va_list args;
	size_t len;

	/* One write, since programs that run in parallel share standard error. */
	snprintf(line, sizeof(line) - 1, "%s: ", program_name);
	len = strlen(line);
	va_start(args, format);
	vsnprintf(line + len, sizeof(line) - 1 - len, format, args);
	va_end(args);
	len = strlen(line);
	line[len] = '\n';
	progress_pause();
	fwrite(line, 1, len + 1, stderr);
	progress_resume();
	return STATUS_TROUBLE;
}

const char *message_quote(const char *file)
{
	static char buffers[2][QUOTED_ROOM];
	static unsigned n_calls;
	char *quoted = buffers[n_calls++ % 2];
	size_t used = 0;

	for (; *file && used + 5 < sizeof(buffers[0]); file++) {
		unsigned char byte = (unsigned char)*file;

		if (byte < 0x20 || byte == 0x7f)
			used += (size_t)snprintf(
				quoted + used, sizeof(buffers[0]) - used, "\\x%02x", byte);
		else
			quoted[used++] = (char)byte;
	}
	quoted[used] = '\0';
	return quoted;
}

enum status message_file_at(const char *file, int code, uint64_t off)
{
	const char *verb = code == -ECANCELED || code == MMR_ELONG ? "search" : "read";
	const char *reason = mmr_strerror(code);
	char at[32] = "";

	if (code == -ECANCELED)
		reason = "pattern exceeds the limit of steps or memory; use a simpler one";
	if (off != UINT64_MAX)
		snprintf(at, sizeof(at), " at byte %" PRIu64, off);
	return message("%s: cannot %s%s: %s", message_quote(file), verb, at, reason);
}

enum status message_file(const char *file, int code)
{
	return message_file_at(file, code, mmr_last_error_offset());
}
