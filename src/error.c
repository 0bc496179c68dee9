/* error.c - error codes and the message of the last error
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Long paths are cut to leave this much room for the offset, the reason and the hint. */
#define ROOM_BEHIND 256

/* The note of each thread is allocated at its first failure and freed when the thread ends. Only
 * the code is in thread-local storage, which is scarce in a library that plugins load. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;
static _Thread_local int last_code;

static void make_key(void)
{
	has_key = pthread_key_create(&key, heap_free) == 0;
}

/* Returns: NULL if there is no note yet and `make` is false, or if there is no memory. */
static struct error_note *own_note(bool make)
{
	struct error_note *note;

	pthread_once(&once, make_key);
	note = has_key ? pthread_getspecific(key) : NULL;
	if (note || !make || !has_key)
		return note;
	note = heap_alloc(sizeof(*note));
	if (!note)
		return NULL;
	if (pthread_setspecific(key, note) != 0) {
		heap_free(note);
		return NULL;
	}
	note->text[0] = '\0';
	note->off = UINT64_MAX;
	return note;
}

static const struct {
	int code;
	const char *text;
} texts[] = {
	{MMR_ETRUNCATED, "file was truncated while reading"},
	{MMR_ECHANGED, "file has changed"},
	{MMR_ENOMAP, "file is not mapped"},
	{MMR_ESTREAM, "not a file with random access"},
	{MMR_ENOROOM, "not enough address space for the growth"},
	{MMR_ELONG, "line is too long"},
	{MMR_ENOLIB, "optional library is missing"},
	{MMR_EQUOTE, "a quote is never closed"},
	{MMR_ESTALE, "index is not one of this file"},
	{MMR_EDAMAGED, "index is damaged"},
	{MMR_EORDER, "lines are not sorted"},
	{MMR_EGROWN, "file has grown"},
	{MMR_EREPLACED, "file was replaced or removed"},
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
	const struct error_note *note = own_note(false);

	if (last_code == 0)
		return "";
	return note ? note->text : mmr_strerror(last_code);
}

uint64_t mmr_last_error_offset(void)
{
	const struct error_note *note = own_note(false);

	return note ? note->off : UINT64_MAX;
}

/* Appends as much of a text as fits. */
static void append(struct error_note *note, const char *text)
{
	size_t used = strlen(note->text);

	snprintf(note->text + used, sizeof(note->text) - used, "%s", text);
}

/* Without a `reason` the format is the complete message. */
static void set(int code, uint64_t off, const char *reason, const char *format, va_list args)
{
	struct error_note *note = own_note(true);
	char place[32] = "";
	size_t used;

	last_code = code;
	if (!note)
		return;
	note->text[0] = '\0';
	if (reason)
		append(note, "cannot ");
	used = strlen(note->text);
	vsnprintf(note->text + used, sizeof(note->text) - ROOM_BEHIND - used, format, args);
	note->off = off;
	if (off != UINT64_MAX)
		snprintf(place, sizeof(place), " at byte %" PRIu64, off);
	append(note, place);
	if (!reason)
		return;
	append(note, ": ");
	append(note, reason);
}

int error_set_at(int code, uint64_t off, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(code, off, mmr_strerror(code), format, args);
	va_end(args);
	return code;
}

int error_explain_at(int code, uint64_t off, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set(code, off, NULL, format, args);
	va_end(args);
	return code;
}

int error_locate(int code, uint64_t off)
{
	struct error_note *note = own_note(false);

	if (note && last_code == code && note->off == UINT64_MAX)
		note->off = off;
	return code;
}

int error_hint(int code, const char *remedy)
{
	struct error_note *note = own_note(false);

	if (note) {
		append(note, "; ");
		append(note, remedy);
	}
	return code;
}

void error_save(struct error_note *ret_note)
{
	const struct error_note *note = own_note(false);

	ret_note->off = UINT64_MAX;
	/* Without memory for the message, the thread has only the code. */
	snprintf(ret_note->text, sizeof(ret_note->text), "%s",
		!note && last_code < 0 ? mmr_strerror(last_code) : "");
	if (note)
		*ret_note = *note;
	ret_note->code = last_code;
}

void error_restore(const struct error_note *saved)
{
	struct error_note *note = own_note(true);

	last_code = saved->code;
	if (note)
		*note = *saved;
}

int error_nowhere(void)
{
	error_set(MMR_ENOMAP, "access the bytes");
	return error_hint(MMR_ENOMAP, "read it in blocks or with mmr_read_at");
}
