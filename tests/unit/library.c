/* library.c - the loader of optional libraries, with entries of this test and with libmagic
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "optional/library.h"
#include "os/os.h"

#include <mmreader/library.h>

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define N_THREADS 8

static struct functions {
	LIBRARY_POINTER(strlen)
	LIBRARY_POINTER(strcmp)
} text;

static const struct library_symbol symbols[] = {
	{"strlen", offsetof(struct functions, strlen)},
	{"strcmp", offsetof(struct functions, strcmp)},
};
/* The first library does not exist. The second is part of every program. */
static const char *const sonames[] = {"libmmreader-missing.so.0", "libc.so.6", NULL};
static const char *const bogus_sonames[] = {"libmmreader-missing.so.0", NULL};

static _Atomic(int) n_starts;
static _Atomic(int) n_refusals;

static bool start(char *ret_version, size_t size, char *reason)
{
	atomic_fetch_add(&n_starts, 1);
	if (atomic_load(&n_refusals) > 0) {
		atomic_fetch_sub(&n_refusals, 1);
		snprintf(reason, LIBRARY_REASON, "refused by the test");
		return false;
	}
	/* Long enough for the other threads to arrive. */
	usleep(20000);
	snprintf(ret_version, size, "%s", "1.2");
	return true;
}

static struct library entry(void)
{
	struct library library = {
		.name = "libtext",
		.package = "libtext7",
		.feature = "tests",
		.linkage = MMR_LINKAGE_DLOPEN,
		.sonames = sonames,
		.symbols = symbols,
		.n_symbols = ARRAY_LEN(symbols),
		.functions = &text,
		.start = start,
	};

	memset(&text, 0, sizeof(text));
	atomic_store(&n_starts, 0);
	atomic_store(&n_refusals, 0);
	return library;
}

static bool can_open(void)
{
#if LIBRARY_DLOPEN && defined(__GLIBC__)
	return true;
#else
	return false;
#endif
}

START_TEST(test_library_status_before_loading)
{
	mmr_library_info status;

	memset(&status, 0xff, sizeof(status));
	ck_assert_int_eq(mmr_library_status(MMR_LIBRARY_MAGIC, &status), 0);
	ck_assert_str_eq(status.name, "libmagic");
	ck_assert_str_eq(status.feature, "content types");
	ck_assert_int_eq(status.linkage, (int)library_magic.linkage);
	if (atomic_load(&library_magic.loaded))
		CHECK_SKIP("an earlier test of this process has loaded it");
	ck_assert(!status.loaded);
	ck_assert_str_eq(status.soname, "");
	ck_assert_str_eq(status.version, "");
	ck_assert_int_eq(status.loaded_ns, 0);
	ck_assert_uint_eq(status.load_resident, 0);
}
END_TEST

START_TEST(test_library_load_reports_time_and_memory)
{
	int64_t now = (int64_t)time(NULL);
	mmr_library_info status, again;
	unsigned major, minor;

	if (library_magic.linkage == MMR_LINKAGE_ABSENT)
		CHECK_SKIP("built without libmagic");
	if (mmr_library_load(MMR_LIBRARY_MAGIC) == MMR_ENOLIB &&
		strstr(mmr_last_error(), "No such file"))
		CHECK_SKIP("libmagic is not installed");
	ck_assert_msg(mmr_library_load(MMR_LIBRARY_MAGIC) == 0, "%s", mmr_last_error());
	ck_assert_int_eq(mmr_library_status(MMR_LIBRARY_MAGIC, &status), 0);
	ck_assert(status.loaded);
	if (status.linkage == MMR_LINKAGE_DLOPEN)
		ck_assert_str_eq(status.soname, "libmagic.so.1");
	else
		ck_assert_str_eq(status.soname, "");
	ck_assert_int_eq(sscanf(status.version, "%u.%u", &major, &minor), 2);
	ck_assert_uint_ge(major, 5);
	ck_assert_int_ge(status.loaded_ns / 1000000000, now);
	ck_assert_int_le(status.loaded_ns / 1000000000, (int64_t)time(NULL));
	ck_assert(status.load_ms > 0);
	/* The database of libmagic takes some MiB. */
	if (os_resident() > 0)
		ck_assert_uint_gt(status.load_resident, 1 << 20);
	fprintf(stderr, "libmagic %s: %.2f ms, %llu KiB resident\n", status.version, status.load_ms,
		(unsigned long long)status.load_resident / 1024);

	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_MAGIC), 0);
	ck_assert_int_eq(mmr_library_status(MMR_LIBRARY_MAGIC, &again), 0);
	ck_assert_int_eq(again.loaded_ns, status.loaded_ns);
}
END_TEST

START_TEST(test_library_try_finds_the_functions)
{
	struct library library = entry();
	mmr_library_info status;
	char reason[LIBRARY_REASON];

	if (!can_open())
		CHECK_SKIP("libraries are not loaded with dlopen in this build");
	ck_assert_int_eq(library_try(&library, reason), 0);
	ck_assert_uint_eq(text.strlen("four"), 4);
	ck_assert_int_eq(text.strcmp("a", "a"), 0);
	library_status(&library, &status);
	ck_assert(status.loaded);
	ck_assert_str_eq(status.name, "libtext");
	ck_assert_str_eq(status.soname, "libc.so.6");
	ck_assert_str_eq(status.version, "1.2");
	ck_assert(status.load_ms >= 20);
}
END_TEST

static void *try_library(void *library)
{
	char reason[LIBRARY_REASON];

	return library_try(library, reason) == 0 && text.strlen("four") == 4 ? library : NULL;
}

START_TEST(test_library_try_starts_once_in_many_threads)
{
	struct library library = entry();
	pthread_t threads[N_THREADS];
	void *result;
	int i;

	if (!can_open())
		CHECK_SKIP("libraries are not loaded with dlopen in this build");
	for (i = 0; i < N_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, try_library, &library), 0);
	for (i = 0; i < N_THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_eq(result, &library);
	}
	ck_assert_int_eq(atomic_load(&n_starts), 1);
}
END_TEST

START_TEST(test_library_resident_memory_counts_touched_pages)
{
	size_t size = (size_t)32 << 20, i;
	uint64_t before = os_resident(), after;
	volatile char *memory;

	if (before == 0)
		CHECK_SKIP("resident memory is not known on this system");
	memory = malloc(size);
	ck_assert_ptr_nonnull((void *)memory);
	for (i = 0; i < size; i += 1024)
		memory[i] = 1;
	after = os_resident();
	ck_assert_uint_gt(after, before);
	ck_assert_uint_ge(after - before, size / 4 * 3);
	free((void *)memory);
}
END_TEST

START_TEST(test_library_number_out_of_range)
{
	static const int odd[] = {MMR_LIBRARY_PCRE2 + 1, -1, 1000};
	mmr_library_info status;
	size_t i;

	for (i = 0; i < ARRAY_LEN(odd); i++) {
		ck_assert_int_eq(mmr_library_load((enum mmr_library)odd[i]), -EINVAL);
		ck_assert_int_eq(mmr_library_status((enum mmr_library)odd[i], &status), -EINVAL);
	}
}
END_TEST

START_TEST(test_library_reason_is_cut)
{
	static char soname[4096];
	const char *const long_sonames[] = {soname, NULL};
	struct library library = entry();
	char reason[LIBRARY_REASON + 1];

	memset(soname, 'x', sizeof(soname) - 1);
	memset(reason, '#', sizeof(reason));
	library.sonames = long_sonames;
	ck_assert_int_eq(library_try(&library, reason), MMR_ENOLIB);
	ck_assert_uint_lt(strlen(reason), LIBRARY_REASON);
	ck_assert_int_eq(reason[LIBRARY_REASON], '#');
}
END_TEST

START_TEST(test_library_missing_library_names_its_package)
{
	struct library library = entry();
	mmr_library_info status;

	if (!can_open())
		CHECK_SKIP("libraries are not loaded with dlopen in this build");
	library.sonames = bogus_sonames;
	ck_assert_int_eq(library_load(&library), MMR_ENOLIB);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "load libtext for tests"));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), bogus_sonames[0]));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "package libtext7"));
	ck_assert_int_eq(atomic_load(&n_starts), 0);
	library_status(&library, &status);
	ck_assert(!status.loaded);

	/* The package was installed later. */
	library.sonames = sonames;
	ck_assert_int_eq(library_load(&library), 0);
}
END_TEST

START_TEST(test_library_missing_symbol_sets_no_function)
{
	static const struct library_symbol more[] = {
		{"strlen", offsetof(struct functions, strlen)},
		{"mmreader_missing", offsetof(struct functions, strcmp)},
	};
	struct library library = entry();

	if (!can_open())
		CHECK_SKIP("libraries are not loaded with dlopen in this build");
	library.symbols = more;
	ck_assert_int_eq(library_load(&library), MMR_ENOLIB);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "libc.so.6 has no mmreader_missing"));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "package libtext7"));
	ck_assert(text.strlen == NULL && text.strcmp == NULL);
}
END_TEST

START_TEST(test_library_failed_start_is_tried_again)
{
	struct library library = entry();

	library.linkage = MMR_LINKAGE_LINKED;
	atomic_store(&n_refusals, 2);
	ck_assert_int_eq(library_load(&library), MMR_ENOLIB);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "refused by the test"));
	ck_assert_int_eq(library_load(&library), MMR_ENOLIB);
	ck_assert_int_eq(library_load(&library), 0);
	ck_assert_int_eq(library_load(&library), 0);
	ck_assert_int_eq(atomic_load(&n_starts), 3);
}
END_TEST

START_TEST(test_library_without_start_function)
{
	struct library library = entry();
	mmr_library_info status;

	library.linkage = MMR_LINKAGE_LINKED;
	library.start = NULL;
	ck_assert_int_eq(library_load(&library), 0);
	library_status(&library, &status);
	ck_assert(status.loaded);
	ck_assert_str_eq(status.version, "");
	ck_assert_int_eq(atomic_load(&n_starts), 0);
}
END_TEST

START_TEST(test_library_absent_in_this_build)
{
	struct library library = entry();

	library.linkage = MMR_LINKAGE_ABSENT;
	ck_assert_int_eq(library_load(&library), MMR_ENOLIB);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "mmreader was built without it"));
	ck_assert_ptr_null(strstr(mmr_last_error(), "libtext7"));
}
END_TEST

START_TEST(test_library_try_keeps_the_last_error)
{
	struct library library = entry();
	char reason[LIBRARY_REASON] = "";

	library.linkage = MMR_LINKAGE_LINKED;
	atomic_store(&n_refusals, 1);
	error_explain_at(-EIO, UINT64_MAX, "before");
	ck_assert_int_eq(library_try(&library, reason), MMR_ENOLIB);
	ck_assert_str_eq(reason, "refused by the test");
	ck_assert_int_eq(strncmp(mmr_last_error(), "before", 6), 0);
}
END_TEST

static void try_in_child(void *library)
{
	/* Ends a deadlock. */
	alarm(20);
	if (!try_library(library))
		_exit(1);
}

/* A child that is forked while another thread loads must be able to load too. */
START_TEST(test_library_fork_while_loading)
{
	/* Static, because the other thread is detached. ThreadSanitizer in the child does not know
	 * that a joinable thread has ended. */
	static struct library library;
	pthread_t thread;

	if (!can_open())
		CHECK_SKIP("libraries are not loaded with dlopen in this build");
	library = entry();
	ck_assert_int_eq(pthread_create(&thread, NULL, try_library, &library), 0);
	ck_assert_int_eq(pthread_detach(thread), 0);
	while (atomic_load(&n_starts) == 0)
		usleep(100);
	ck_assert_int_eq(in_child(try_in_child, &library), 0);
	ck_assert_ptr_nonnull(try_library(&library));
	ck_assert_int_eq(atomic_load(&n_starts), 1);
}
END_TEST

static Suite *library_suite(void)
{
	Suite *suite = suite_create("library");

	ADD_CASE(suite, "core", test_library_status_before_loading,
		test_library_load_reports_time_and_memory, test_library_try_finds_the_functions,
		test_library_try_starts_once_in_many_threads,
		test_library_resident_memory_counts_touched_pages);
	ADD_CASE(suite, "limits", test_library_number_out_of_range, test_library_reason_is_cut);
	ADD_CASE(suite, "faults", test_library_missing_library_names_its_package,
		test_library_missing_symbol_sets_no_function,
		test_library_failed_start_is_tried_again, test_library_without_start_function,
		test_library_absent_in_this_build, test_library_try_keeps_the_last_error,
		test_library_fork_while_loading);
	return suite;
}

CHECK_MAIN(library_suite)
