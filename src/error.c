/* error.c - codes, and the sentence behind the last one
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* However long a path is, this much is left for the place, the cause and the remedy. */
#define ROOM_BEHIND 256

/* The text is long enough for all but the oddest paths, and small enough for thread-local storage.
 */
static _Thread_local struct error_note last = {"", UINT64_MAX};

static const struct {
	int code;
	const char *text;
} texts[] = {
	{MMR_ETRUNCATED, "file was truncated while reading"},
	{MMR_ECHANGED, "file has changed"},
	{MMR_ENOMAP, "file is not mapped"},
	{MMR_ESTREAM, "not a file with random access"},
	{MMR_ENOROOM, "no room for the growth"},
	{MMR_ELONG, "line is too long"},
	{MMR_ENOLIB, "optional library is missing"},
	{MMR_ESTOPPED, "stopped by a callback"},
};

const char slice_nowhere[1] = "";

const char *mmr_strerror(int code)
{
	size_t i;

	if (code == 0)
		return "success";
	if (code < 0 && code >= -4095)
		return strerror(-code);
	for (i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "unknown error";
}

const char *mmr_last_error(void)
{
	return last.text;
}

uint64_t mmr_last_error_offset(void)
{
	return last.off;
}

/* Appends and never overflows: what does not fit is cut. */
static void append(const char *text)
{
	size_t used = strlen(last.text);

	snprintf(last.text + used, sizeof(last.text) - used, "%s", text);
}

int error_set(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last.text, sizeof(last.text) - ROOM_BEHIND, format, args);
	va_end(args);
	last.off = UINT64_MAX;
	append(": ");
	append(mmr_strerror(code));
	return code;
}

int error_set_at(int code, uint64_t off, const char *format, ...)
{
	char place[32];
	va_list args;

	va_start(args, format);
	vsnprintf(last.text, sizeof(last.text) - ROOM_BEHIND, format, args);
	va_end(args);
	last.off = off;
	snprintf(place, sizeof(place), " at byte %" PRIu64 ": ", off);
	append(place);
	append(mmr_strerror(code));
	return code;
}

int error_hint(int code, const char *remedy)
{
	append("; ");
	append(remedy);
	return code;
}

void error_save(struct error_note *ret_note)
{
	*ret_note = last;
}

void error_restore(const struct error_note *note)
{
	last = *note;
}

int error_nowhere(void)
{
	error_set(MMR_ENOMAP, "use the bytes of a reader that has no map");
	return error_hint(MMR_ENOMAP, "read it in blocks or with mmr_read_at");
}
