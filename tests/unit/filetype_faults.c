/* filetype_faults.c - signatures are used when any call of libmagic fails
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "optional/library.h"

#include <mmreader/filetype.h>

#if MMR_MAGIC_LAZY

#include <magic.h>
#include <pthread.h>

/* Replaces a function of libmagic by another one. Copies the bytes of the pointer, because the
 * types differ. */
#define REPLACE(name, other) \
	do { \
		__typeof__(&name) function_ = (other); \
		memcpy(pointer_to(#name), &function_, sizeof(function_)); \
	} while (0)

/* The functions of libmagic itself. */
static char real[16 * sizeof(void *)];

static char *pointer_to(const char *name)
{
	size_t i;

	for (i = 0; i < library_magic.n_symbols; i++)
		if (strcmp(library_magic.symbols[i].name, name) == 0)
			return (char *)library_magic.functions + library_magic.symbols[i].off;
	ck_abort_msg("unknown function %s", name);
	return NULL;
}

static bool remember(void)
{
	size_t size = library_magic.n_symbols * sizeof(void *);

	if (library_load(&library_magic) < 0)
		return false;
	ck_assert_uint_le(size, sizeof(real));
	memcpy(real, library_magic.functions, size);
	return true;
}

static void restore(void)
{
	memcpy(library_magic.functions, real, library_magic.n_symbols * sizeof(void *));
}

static magic_t no_cookie(int flags)
{
	(void)flags;
	return NULL;
}

static int no_database(magic_t cookie, const char *path)
{
	(void)cookie;
	(void)path;
	return -1;
}

static const char *no_message(magic_t cookie)
{
	(void)cookie;
	return NULL;
}

static int no_flags(magic_t cookie, int flags)
{
	(void)cookie;
	(void)flags;
	return -1;
}

static int calls_left; /* successful calls before an error */
static const char *magic_result;

static const char *return_some_results(magic_t cookie, const void *bytes, size_t len)
{
	(void)cookie;
	(void)bytes;
	(void)len;
	return calls_left-- > 0 ? magic_result : NULL;
}

static mmr_filetype kind_of_png(void)
{
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	mmr_reader *reader;
	mmr_filetype kind;

	memset(&kind, 0xff, sizeof(kind));
	MUST(mmr_open_memory(png, sizeof(png) - 1, &reader) == 0, "%s", mmr_last_error());
	MUST(mmr_filetype_of(reader, &kind) == 0, "%s", mmr_last_error());
	mmr_close(reader);
	return kind;
}

/* Asks in a new thread, which has no cookie yet. */
static void *ask(void *arg)
{
	mmr_filetype *kind = arg;

	*kind = kind_of_png();
	return NULL;
}

static mmr_filetype ask_in_a_thread(void)
{
	pthread_t thread;
	mmr_filetype kind;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask, &kind), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	return kind;
}

struct attempt {
	bool started;
	char reason[LIBRARY_REASON];
};

/* Starts libmagic again in a new thread, which has no cookie. */
static void *start(void *arg)
{
	struct attempt *attempt = arg;
	char version[16];

	lock_take(LOCK_LIBRARIES);
	attempt->started = library_magic.start(version, sizeof(version), attempt->reason);
	lock_give(LOCK_LIBRARIES);
	return NULL;
}

static void must_not_start(const char *reason)
{
	struct attempt attempt = {true, ""};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, start, &attempt), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert(!attempt.started);
	ck_assert_str_eq(attempt.reason, reason);
}

static bool is_sniffed(mmr_filetype kind)
{
	return !kind.by_magic && strcmp(kind.mime, "image/png") == 0 &&
	       strcmp(kind.encoding, "binary") == 0;
}

START_TEST(test_filetype_without_a_cookie)
{
	struct attempt attempt = {false, ""};

	if (!remember())
		CHECK_SKIP("libmagic is missing");
	REPLACE(magic_load, no_database);
	REPLACE(magic_error, no_message);
	ck_assert(is_sniffed(ask_in_a_thread()));
	must_not_start("no database");
	REPLACE(magic_open, no_cookie);
	ck_assert(is_sniffed(ask_in_a_thread()));
	must_not_start("out of memory");
	restore();
	REPLACE(magic_buffer, return_some_results);
	must_not_start("its database is not usable");
	/* Once libmagic works again, this thread and new ones get a cookie. */
	restore();
	ck_assert(kind_of_png().by_magic);
	ck_assert(ask_in_a_thread().by_magic);
	start(&attempt);
	ck_assert(attempt.started);
}
END_TEST

START_TEST(test_filetype_of_a_libmagic_that_fails)
{
	mmr_filetype kind;
	int n;

	if (!remember())
		CHECK_SKIP("libmagic is missing");
	magic_result = "text/x-test";
	REPLACE(magic_buffer, return_some_results);
	/* Three calls are needed. If one fails, the results of the others are not used. */
	for (n = 0; n < 3; n++) {
		calls_left = n;
		MUST(is_sniffed(kind_of_png()), "after %d calls", n);
	}
	calls_left = 3;
	kind = kind_of_png();
	ck_assert(kind.by_magic);
	ck_assert_str_eq(kind.mime, magic_result);
	ck_assert_str_eq(kind.encoding, magic_result);
	ck_assert_str_eq(kind.description, magic_result);
	REPLACE(magic_setflags, no_flags);
	calls_left = 3;
	ck_assert(is_sniffed(kind_of_png()));
	ck_assert_int_eq(calls_left, 3);
	restore();
}
END_TEST

/* libmagic returns UTF-8 continuation bytes only, without a first byte. */
START_TEST(test_filetype_of_invalid_results)
{
	static char nonsense[1000];
	mmr_filetype kind;

	if (!remember())
		CHECK_SKIP("libmagic is missing");
	memset(nonsense, 0x80, sizeof(nonsense) - 1);
	magic_result = nonsense;
	calls_left = 3;
	REPLACE(magic_buffer, return_some_results);
	kind = kind_of_png();
	ck_assert(kind.by_magic);
	ck_assert_str_eq(kind.mime, "");
	ck_assert_str_eq(kind.encoding, "");
	ck_assert_str_eq(kind.description, "");
	restore();
}
END_TEST

static Suite *filetype_faults_suite(void)
{
	Suite *suite = suite_create("filetype_faults");

	ADD_CASE(suite, "faults", test_filetype_without_a_cookie,
		test_filetype_of_a_libmagic_that_fails, test_filetype_of_invalid_results);
	return suite;
}

#else

START_TEST(test_filetype_faults_without_libmagic)
{
	CHECK_SKIP("libmagic is not loaded with dlopen in this build");
}
END_TEST

static Suite *filetype_faults_suite(void)
{
	Suite *suite = suite_create("filetype_faults");

	ADD_CASE(suite, "faults", test_filetype_faults_without_libmagic);
	return suite;
}

#endif

CHECK_MAIN(filetype_faults_suite)
