/* filetype.c - detects the kind of a file with libmagic, if it is installed
 *
 * libmagic parses untrusted bytes. So it gets a private copy of limited size, which cannot change
 * during the call, and its flags forbid decompression. If it fails or does not know the type, the
 * built-in signatures decide.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include "file/reader.h"
#include "optional/library.h"

#include <mmreader/filetype.h>

#include <errno.h>
#include <string.h>

/* file(1) reads up to 7 MiB. But the first pages nearly always determine the type, and the time of
 * libmagic grows with the size. */
#define SAMPLE ((size_t)1 << 20)

#if MMR_WITH_MAGIC

#include <magic.h>
#include <pthread.h>
#include <stdio.h>

#define FUNCTIONS(USE) \
	USE(magic_open) \
	USE(magic_close) \
	USE(magic_load) \
	USE(magic_setflags) \
	USE(magic_setparam) \
	USE(magic_buffer) \
	USE(magic_error) \
	USE(magic_version)

#define ABOUT "content types"

#if MMR_MAGIC_LAZY
static struct functions {
	FUNCTIONS(LIBRARY_POINTER)
} magic;

#define SYMBOL(function) {#function, offsetof(struct functions, function)},
static const struct library_symbol symbols[] = {FUNCTIONS(SYMBOL)};

#define SONAME "libmagic.so.1"
static const char *const sonames[] = {SONAME, NULL};
LIBRARY_NOTE(magic, "\"" SONAME "\"", ABOUT)
#else
static const struct functions {
	FUNCTIONS(LIBRARY_POINTER)
} magic = {FUNCTIONS(LIBRARY_LINKED)};
#endif

/* Every thread has its own cookie until it ends. A cookie holds the result of its last call, so
 * sharing one would need a lock, and threads would wait for each other. */
static pthread_key_t cookie_key;

static void close_cookie(void *cookie)
{
	magic.magic_close(cookie);
}

/* Opens this thread's cookie. Call it with LOCK_LIBRARIES held, because libmagic writes static
 * variables without a lock when it opens and loads a cookie. */
static magic_t open_cookie(char *reason)
{
	const size_t limit = SAMPLE;
	magic_t cookie = magic.magic_open(MAGIC_NONE);
	const char *cause;
	int err;

	if (!cookie) {
		snprintf(reason, LIBRARY_REASON, "out of memory");
		return NULL;
	}
	/* Releases that do not know this limit reject it and read less. The other limits are not
	 * changed, because each release sets them to match its own database. */
	magic.magic_setparam(cookie, MAGIC_PARAM_BYTES_MAX, &limit);
	if (magic.magic_load(cookie, NULL) < 0) {
		cause = magic.magic_error(cookie);
		snprintf(reason, LIBRARY_REASON, "%s", cause ? cause : "no database");
		goto close_cookie;
	}
	err = pthread_setspecific(cookie_key, cookie);
	if (err != 0) {
		snprintf(reason, LIBRARY_REASON, "%s", mmr_strerror(-err));
		goto close_cookie;
	}
	return cookie;

close_cookie:
	magic.magic_close(cookie);
	return NULL;
}

static bool start(char *ret_version, size_t size, char *reason)
{
	static bool has_key;
	int version = magic.magic_version();
	magic_t cookie;
	int err;

	if (!has_key) {
		err = pthread_key_create(&cookie_key, close_cookie);
		if (err != 0) {
			snprintf(reason, LIBRARY_REASON, "%s", mmr_strerror(-err));
			return false;
		}
		has_key = true;
	}
	/* After a start that failed below, this thread already has one. */
	cookie = pthread_getspecific(cookie_key);
	if (!cookie)
		cookie = open_cookie(reason);
	if (!cookie)
		return false;
	/* The first call reads all of the database, which takes most of the time of the first use.
	 * It is made here so that it is measured. It also checks that the database is usable. */
	if (!magic.magic_buffer(cookie, "text\n", 5)) {
		snprintf(reason, LIBRARY_REASON, "its database is not usable");
		return false;
	}
	snprintf(ret_version, size, "%d.%02d", version / 100, version % 100);
	return true;
}

struct library library_magic = {
	.name = "libmagic",
	.package = "libmagic1",
	.feature = ABOUT,
	.start = start,
#if MMR_MAGIC_LAZY
	.linkage = MMR_LINKAGE_DLOPEN,
	.sonames = sonames,
	.symbols = symbols,
	.n_symbols = ARRAY_LEN(symbols),
	.functions = &magic,
#else
	.linkage = MMR_LINKAGE_LINKED,
#endif
};

static magic_t thread_cookie(void)
{
	char reason[LIBRARY_REASON];
	magic_t cookie;

	if (library_try(&library_magic, reason) < 0)
		return NULL;
	cookie = pthread_getspecific(cookie_key);
	if (!cookie) {
		lock_take(LOCK_LIBRARIES);
		cookie = open_cookie(reason);
		lock_give(LOCK_LIBRARIES);
	}
	return cookie;
}

/* Copies a text, cut before the first UTF-8 character that does not fit. */
static void copy_text(char *ret_text, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(ret_text, text, len);
	ret_text[len] = '\0';
}

static bool ask(magic_t cookie, int flags, mmr_slice sample, char *ret_text, size_t size)
{
	const char *text;

	if (magic.magic_setflags(cookie, flags) < 0)
		return false;
	text = magic.magic_buffer(cookie, sample.ptr, sample.len);
	if (!text)
		return false;
	copy_text(ret_text, size, text);
	return true;
}

/* The encoding needs no database. This saves a third of the time, and gives the same result for
 * each of 1486 system files with libmagic 5.44. */
#define ENCODING_ALONE (MAGIC_MIME_ENCODING | MAGIC_NO_CHECK_SOFT)

static bool ask_magic(mmr_slice sample, mmr_filetype *ret_type)
{
	magic_t cookie = thread_cookie();

	memset(ret_type, 0, sizeof(*ret_type));
	ret_type->by_magic = true;
	return cookie &&
	       ask(cookie, MAGIC_MIME_TYPE, sample, ret_type->mime, sizeof(ret_type->mime)) &&
	       ask(cookie, ENCODING_ALONE, sample, ret_type->encoding,
		       sizeof(ret_type->encoding)) &&
	       ask(cookie, MAGIC_NONE, sample, ret_type->description,
		       sizeof(ret_type->description));
}

#else

struct library library_magic = {
	.name = "libmagic",
	.package = "libmagic1",
	.feature = "content types",
	.linkage = MMR_LINKAGE_ABSENT,
};

static bool ask_magic(mmr_slice sample, mmr_filetype *ret_type)
{
	(void)sample;
	(void)ret_type;
	return false;
}

#endif

#define UNKNOWN "application/octet-stream"

/* Whether a signature was found but libmagic found no type. libmagic 5.46 detects ZIP by the end of
 * the file, which is not in the sample. */
static bool knows_more(const mmr_filetype *sniffed, const mmr_filetype *by_magic)
{
	return strcmp(by_magic->mime, UNKNOWN) == 0 && strcmp(sniffed->mime, UNKNOWN) != 0 &&
	       strcmp(sniffed->encoding, "binary") == 0;
}

int mmr_filetype_of(const mmr_reader *reader, mmr_filetype *ret_type)
{
	size_t room = (size_t)min_u64(mmr_size(reader), SAMPLE);
	mmr_slice sample = {NULL, 0};
	mmr_filetype kind;
	char *bytes;
	int err;

	/* One byte more, so that the size is not 0 for an empty file. */
	bytes = heap_alloc(room + 1);
	if (!bytes)
		return error_set(-ENOMEM, "find the kind of '%s'", reader->name);
	err = mmr_read_at(reader, 0, bytes, room, &sample.len);
	if (err < 0)
		goto free_bytes;
	sample.ptr = bytes;
	err = mmr_filetype_sniff(sample, ret_type);
	/* libmagic is not loaded for an empty file. */
	if (err == 0 && sample.len > 0 && ask_magic(sample, &kind) && !knows_more(ret_type, &kind))
		*ret_type = kind;

free_bytes:
	heap_free(bytes);
	return err;
}
