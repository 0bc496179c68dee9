/* memory_residency.c - which parts of a file are in memory
 *
 * The oracle is mincore(2) on a map of this test, one page at a time. Files are partly in memory,
 * because they are written to the device, dropped, and partly read again. A seccomp filter in a
 * child removes system calls that some kernels lack.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if MMR_LINUX_EXTRAS

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define N_PAGES 700
#define N_CACHE 451 /* cachestat(2), on all architectures except alpha and a few others */

/* --- The oracle --- */

static bool page_is_resident(int fd, uint64_t index)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char flags = 0;
	void *map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)(index * page));

	MUST(map != MAP_FAILED && mincore(map, page, &flags) == 0, "mincore: %s", strerror(errno));
	munmap(map, page);
	return flags & 1;
}

/* Keeps the resident pages in memory until the process ends, if its limits allow that: the kernel
 * may drop clean pages at any time. */
static void keep_resident(int fd, const bool *resident)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	char *map = mmap(NULL, page * N_PAGES, PROT_READ, MAP_SHARED, fd, 0);

	MUST(map != MAP_FAILED, "mmap: %s", strerror(errno));
	for (i = 0; i < N_PAGES; i++)
		if (resident[i] && mlock(map + i * page, page) < 0)
			return;
}

/* Makes a file of N_PAGES minus some bytes. The pages of a few runs are in memory. */
static struct temp patchy_open(bool *resident)
{
	static const struct {
		uint64_t first, n;
	} runs[] = {{0, 3}, {17, 1}, {64, 64}, {300, 1}, {302, 1}, {304, 1}, {N_PAGES - 1, 1}};
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	char *bytes = malloc(page * N_PAGES);
	struct temp temp;

	memset(bytes, 'x', page * N_PAGES);
	temp = temp_open(bytes, page * N_PAGES - 77);
	ck_assert_int_eq(fsync(temp.fd), 0);
	ck_assert_int_eq(posix_fadvise(temp.fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	/* Without read-ahead, only pages that are read are loaded. */
	ck_assert_int_eq(posix_fadvise(temp.fd, 0, 0, POSIX_FADV_RANDOM), 0);
	for (i = 0; i < ARRAY_LEN(runs); i++)
		ck_assert_int_gt(pread(temp.fd, bytes, (size_t)(runs[i].n * page),
					 (off_t)(runs[i].first * page)),
			0);
	/* A page that was dropped before it was kept comes back with its neighbors. */
	for (i = 0; i < 2 * N_PAGES; i++) {
		resident[i % N_PAGES] = page_is_resident(temp.fd, i % N_PAGES);
		if (i % N_PAGES == N_PAGES - 1)
			keep_resident(temp.fd, resident);
	}
	free(bytes);
	return temp;
}

static bool is_patchy(const bool *resident)
{
	size_t n = 0, i;

	for (i = 0; i < N_PAGES; i++)
		n += resident[i];
	return resident[0] && resident[17] && !resident[N_PAGES / 2] && n < N_PAGES / 2;
}

/* Compares a bucket of pages [start, stop) with the oracle. */
static void must_be_bucket(
	uint16_t bucket, const bool *resident, uint64_t start, uint64_t stop, const char *name)
{
	uint64_t n = 0, i;
	double share;

	for (i = start; i < stop; i++)
		n += resident[i];
	share = 1000.0 * (double)n / (double)(stop - start);
	MUST((bucket == 0) == (n == 0) && (bucket == 1000) == (n == stop - start),
		"%s: %u for %u of the pages %u to %u", name, bucket, (unsigned)n, (unsigned)start,
		(unsigned)stop);
	MUST(bucket + 1.0 > share && share > bucket - 1.0, "%s: %u, not %f", name, bucket, share);
}

/* Compares a range, in `n` buckets, with the oracle. Offset 0 of the reader is `base` in the
 * file. */
static void must_be_range(const mmr_reader *reader, uint64_t base, uint64_t off, uint64_t len,
	size_t n, const bool *resident, enum mmr_residency_source source, const char *name)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), first, last, n_pages, sum = 0, i;
	static uint16_t buckets[3 * N_PAGES + 1];
	mmr_residency residency;

	first = (base + off) / page;
	last = (base + off + len - 1) / page;
	n_pages = last - first + 1;
	buckets[n] = 0x1234;
	MUST(mmr_reader_residency(reader, off, len, buckets, n, &residency) == 0, "%s", name);
	for (i = first; i <= last; i++)
		sum += resident[i];
	MUST(residency.source == source && residency.reason == 0, "%s: source %d, reason %d", name,
		(int)residency.source, residency.reason);
	MUST(residency.bytes == n_pages * page, "%s: %llu bytes", name,
		(unsigned long long)residency.bytes);
	MUST(residency.resident == sum * page, "%s: %u + %u in %zu: %u pages, not %u", name,
		(unsigned)off, (unsigned)len, n, (unsigned)(residency.resident / page),
		(unsigned)sum);
	for (i = 0; i < n; i++) {
		uint64_t start = i * n_pages / n, stop = (i + 1) * n_pages / n;

		must_be_bucket(buckets[i], resident, first + start,
			first + (stop > start ? stop : start + 1), name);
	}
	MUST(buckets[n] == 0x1234, "%s: wrote after the buckets", name);
}

struct patchy {
	struct temp temp;
	bool resident[N_PAGES];
	enum mmr_residency_source source;
};

static void must_be_patchy(const struct patchy *patchy)
{
	static const uint64_t bases[] = {0, 1, 4095, 4096, 17 * 4096 + 5};
	static const enum mmr_backing_kind backings[] = {MMR_BACKING_MAPPED, MMR_BACKING_UNMAPPED};
	static const size_t counts[] = {0, 1, 2, 3, 7, 64, N_PAGES - 1, N_PAGES, 3 * N_PAGES};
	static const char *const names[] = {"mapped", "unmapped"};
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), heap;
	size_t b, k, c;

	for (b = 0; b < ARRAY_LEN(bases); b++) {
		for (k = 0; k < ARRAY_LEN(backings); k++) {
			mmr_reader_options options = MMR_READER_OPTIONS_INIT;
			mmr_reader_memory_info info;
			mmr_reader *reader;

			options.offset = bases[b];
			options.backing = backings[k];
			ck_assert_int_eq(mmr_open(patchy->temp.path, &options, &reader), 0);
			heap = mmr_heap_bytes();
			for (c = 0; c < ARRAY_LEN(counts); c++) {
#define RANGE(off, len) \
	must_be_range(reader, bases[b], (off), (len), counts[c], patchy->resident, patchy->source, \
		names[k])
				RANGE(0, mmr_size(reader));
				RANGE(0, 1);
				RANGE(mmr_size(reader) - 1, 1);
				RANGE(page - 1, 2);
				RANGE(3 * page, page);
				RANGE(64 * page - 1, 64 * page + 2);
				RANGE(299 * page, 8 * page);
#undef RANGE
			}
			MUST(mmr_heap_bytes() == heap, "heap");
			mmr_reader_memory(reader, &info);
			ck_assert_int_eq(info.backing, backings[k]);
			ck_assert_uint_lt(info.heap, 4096);
			if (backings[k] == MMR_BACKING_MAPPED)
				ck_assert_uint_ge(info.mapped, mmr_size(reader));
			else
				ck_assert_uint_eq(info.mapped, 0);
			ck_assert_uint_eq(info.cached.source, patchy->source);
			ck_assert_uint_ge(info.cached.bytes, mmr_size(reader));
			ck_assert_uint_le(info.cached.resident, info.cached.bytes);
			mmr_close(reader);
		}
	}
}

/* Whether the kernel has cachestat(2). */
static bool has_cachestat(int fd)
{
	uint64_t range[2] = {0, 4096}, counts[5];

	return syscall(N_CACHE, fd, range, counts, 0) == 0;
}

START_TEST(test_residency_of_a_patchy_file)
{
	static struct patchy patchy;

	patchy.temp = patchy_open(patchy.resident);
	patchy.source =
		has_cachestat(patchy.temp.fd) ? MMR_RESIDENCY_CACHESTAT : MMR_RESIDENCY_MINCORE;
	if (!is_patchy(patchy.resident))
		fprintf(stderr, "this file system does not drop pages\n");
	must_be_patchy(&patchy);
	temp_close(&patchy.temp);
}
END_TEST

/* fincore(1) of util-linux also prints the bytes of whole pages. */
START_TEST(test_residency_matches_fincore)
{
	static bool resident[N_PAGES];
	struct temp temp = patchy_open(resident);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_reader_memory_info info;
	unsigned long long bytes;
	char command[512];
	FILE *pipe;
	int n;

	snprintf(command, sizeof(command), "fincore -b -n -r -o RES '%s' 2>/dev/null", temp.path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	n = fscanf(pipe, "%llu", &bytes);
	pclose(pipe);
	mmr_reader_memory(reader, &info);
	mmr_close(reader);
	temp_close(&temp);
	if (n != 1)
		CHECK_SKIP("fincore is missing");
	ck_assert_uint_eq(info.cached.resident, bytes);
}
END_TEST

START_TEST(test_residency_after_writing_and_dropping)
{
	static char bytes[1 << 20];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_residency residency;
	uint16_t bucket;

	/* All of a new file is in memory. */
	ck_assert_int_eq(mmr_reader_residency(reader, 0, MMR_REST, &bucket, 1, &residency), 0);
	ck_assert_uint_eq(bucket, MMR_BUCKET_FULL);
	ck_assert_uint_eq(residency.resident, sizeof(bytes));
	ck_assert_int_eq(fsync(temp.fd), 0);
	ck_assert_int_eq(posix_fadvise(temp.fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	if (!page_is_resident(temp.fd, 5)) {
		ck_assert_int_eq(
			mmr_reader_residency(reader, 0, MMR_REST, &bucket, 1, &residency), 0);
		ck_assert_uint_eq(bucket, 0);
		ck_assert_uint_eq(residency.resident, 0);
		ck_assert_uint_eq(residency.bytes, sizeof(bytes));
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* --- Kernels without some system calls --- */

struct lack {
	int call, err;
	int call_too; /* a second one */
};

/* Removes system calls from this process. Returns: false if that is not possible. */
static bool remove_calls(const struct lack *lack)
{
#define AT(field) ((uint32_t)offsetof(struct seccomp_data, field))
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)lack->call, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)lack->call_too, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)lack->err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(filter), filter};
#undef AT

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

struct lacking {
	struct lack lack;
	struct patchy patchy;
};

static void read_patchy_without(void *arg)
{
	struct lacking *lacking = arg;

	if (!remove_calls(&lacking->lack))
		_exit(77);
	must_be_patchy(&lacking->patchy);
	_exit(42);
}

START_TEST(test_residency_by_mincore)
{
	static const int errs[] = {ENOSYS, EPERM, EOPNOTSUPP};
	static struct lacking lacking;
	size_t i;
	int status;

	lacking.patchy.temp = patchy_open(lacking.patchy.resident);
	lacking.patchy.source = MMR_RESIDENCY_MINCORE;
	for (i = 0; i < ARRAY_LEN(errs); i++) {
		lacking.lack = (struct lack){N_CACHE, errs[i], N_CACHE};
		status = in_child(read_patchy_without, &lacking);
		ck_assert(WIFEXITED(status));
		if (WEXITSTATUS(status) == 77)
			break;
		ck_assert_int_eq(WEXITSTATUS(status), 42);
	}
	temp_close(&lacking.patchy.temp);
	if (i < ARRAY_LEN(errs))
		CHECK_SKIP("no seccomp filters on this system");
}
END_TEST

/* More pages than one call of mincore covers. All are in memory except for one in the second call,
 * so the file must not be reported as complete, however it is rounded. */
#define N_WIDE (2 * 8192 + 100)

static void must_lack_one(int fd, enum mmr_residency_source source)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_residency residency;
	mmr_reader *reader;
	uint16_t buckets[2];

	options.backing = MMR_BACKING_UNMAPPED;
	ck_assert_int_eq(mmr_open_fd(fd, &options, &reader), 0);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, MMR_REST, buckets, 1, &residency), 0);
	ck_assert_int_eq(residency.source, source);
	ck_assert_uint_eq(residency.resident, (N_WIDE - 1) * page);
	ck_assert_uint_eq(buckets[0], MMR_BUCKET_FULL - 1);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, MMR_REST, buckets, 2, &residency), 0);
	ck_assert_uint_eq(residency.resident, (N_WIDE - 1) * page);
	ck_assert_uint_eq(buckets[0], MMR_BUCKET_FULL);
	ck_assert_uint_eq(buckets[1], MMR_BUCKET_FULL - 1);
	mmr_close(reader);
}

static void lack_one_without(void *arg)
{
	static const struct lack lack = {N_CACHE, ENOSYS, N_CACHE};

	if (!remove_calls(&lack))
		_exit(77);
	must_lack_one(*(int *)arg, MMR_RESIDENCY_MINCORE);
	_exit(42);
}

START_TEST(test_residency_of_all_but_one)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i;
	int memory = memfd_create("all but one", MFD_CLOEXEC), status;
	char *bytes = calloc(1, page);

	for (i = 0; i < N_WIDE; i++)
		if (i != 8192 + 50)
			MUST(pwrite(memory, bytes, page, (off_t)(i * page)) == (ssize_t)page,
				"pwrite: %s", strerror(errno));
	free(bytes);
	must_lack_one(
		memory, has_cachestat(memory) ? MMR_RESIDENCY_CACHESTAT : MMR_RESIDENCY_MINCORE);
	status = in_child(lack_one_without, &memory);
	close(memory);
	ck_assert(WIFEXITED(status));
	ck_assert(WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 77);
}
END_TEST

/* Checks that the residency is unknown in all its forms, for this reason. */
static void must_be_unknown(const char *path, int reason)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader_memory_info info;
	mmr_residency residency;
	uint16_t buckets[20];
	mmr_reader *reader;
	size_t i;

	options.backing = MMR_BACKING_UNMAPPED;
	MUST(mmr_open(path, &options, &reader) == 0, "%s", mmr_last_error());
	mmr_reader_memory(reader, &info);
	MUST(info.cached.source == MMR_RESIDENCY_UNKNOWN && info.cached.reason == reason,
		"source %d, reason %d", (int)info.cached.source, info.cached.reason);
	MUST(info.cached.resident == MMR_UNKNOWN, "a figure");
	MUST(info.cached.bytes >= mmr_size(reader), "bytes");
	MUST(mmr_reader_residency(reader, 0, MMR_REST, buckets, 20, &residency) == 0, "buckets");
	MUST(residency.source == MMR_RESIDENCY_UNKNOWN && residency.reason == reason, "range");
	for (i = 0; i < 20; i++)
		MUST(buckets[i] == MMR_BUCKET_UNKNOWN, "bucket %zu: %u", i, buckets[i]);
	mmr_close(reader);
}

static void ask_as_nobody(void *arg)
{
	struct lacking *lacking = arg;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(77);
	must_be_unknown(lacking->patchy.temp.path, -EPERM);
	if (!remove_calls(&lacking->lack))
		_exit(77);
	must_be_unknown(lacking->patchy.temp.path, -EPERM);
	_exit(42);
}

/* mincore reports all pages as resident to a process that neither owns the file nor may write it.
 * This must not be believed. The file is owned by root and read by nobody, or it is a program of
 * the system. */
START_TEST(test_residency_does_not_trust_mincore_of_foreign_files)
{
	static struct lacking lacking = {.lack = {N_CACHE, ENOSYS, N_CACHE}};
	struct temp temp = patchy_open(lacking.patchy.resident);
	int status;

	lacking.patchy.temp = temp;
	ck_assert_int_eq(fchmod(temp.fd, 0644), 0);
	if (geteuid() != 0)
		strcpy(lacking.patchy.temp.path, "/bin/sh");
	status = in_child(ask_as_nobody, &lacking);
	temp_close(&temp);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("cannot become nobody");
	ck_assert_int_eq(WEXITSTATUS(status), 42);
}
END_TEST

static void ask_about_a_writable_file(void *arg)
{
	struct lacking *lacking = arg;

	if (setgid(65534) < 0 || setuid(65534) < 0 || !remove_calls(&lacking->lack))
		_exit(77);
	must_be_patchy(&lacking->patchy);
	_exit(42);
}

/* mincore is reliable for a file that the process may write. */
START_TEST(test_residency_of_a_writable_file)
{
	static struct lacking lacking = {.lack = {N_CACHE, ENOSYS, N_CACHE}};
	int status;

	if (geteuid() != 0)
		CHECK_SKIP("only root can become another user");
	lacking.patchy.temp = patchy_open(lacking.patchy.resident);
	lacking.patchy.source = MMR_RESIDENCY_MINCORE;
	ck_assert_int_eq(fchmod(lacking.patchy.temp.fd, 0666), 0);
	status = in_child(ask_about_a_writable_file, &lacking);
	temp_close(&lacking.patchy.temp);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("cannot become nobody, or no seccomp filters");
	ck_assert_int_eq(WEXITSTATUS(status), 42);
}
END_TEST

static void ask_without_any_call(void *arg)
{
	struct lacking *lacking = arg;
	struct rlimit limit = {0, 0};

	if (!remove_calls(&lacking->lack))
		_exit(77);
	if (lacking->lack.call_too != N_CACHE) {
		must_be_unknown(lacking->patchy.temp.path, -lacking->lack.err);
		_exit(42);
	}
	/* No address space is left for the window. */
	limit.rlim_cur = limit.rlim_max = address_space() + 65536;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	must_be_unknown(lacking->patchy.temp.path, -ENOMEM);
	_exit(42);
}

START_TEST(test_residency_without_any_call)
{
	static struct lacking lacking;
	int status, status_too;

	lacking.patchy.temp = patchy_open(lacking.patchy.resident);
	lacking.lack = (struct lack){N_CACHE, ENOSYS, SYS_mincore};
	status = in_child(ask_without_any_call, &lacking);
	lacking.lack = (struct lack){N_CACHE, ENOSYS, N_CACHE};
	/* ThreadSanitizer needs address space itself, and may wait forever without it. */
	status_too = memory_is_shadowed() ? status : in_child(ask_without_any_call, &lacking);
	temp_close(&lacking.patchy.temp);
	ck_assert(WIFEXITED(status) && WIFEXITED(status_too));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("no seccomp filters on this system");
	ck_assert_int_eq(WEXITSTATUS(status), 42);
	ck_assert_int_eq(WEXITSTATUS(status_too), 42);
}
END_TEST

#else

START_TEST(test_residency_is_unknown_with_posix_calls)
{
	static char bytes[100000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_reader_memory_info info;
	mmr_residency residency;
	uint16_t bucket;

	mmr_reader_memory(reader, &info);
	ck_assert_uint_ge(info.mapped, sizeof(bytes));
	ck_assert_int_eq(info.cached.source, MMR_RESIDENCY_UNKNOWN);
	ck_assert_int_eq(info.cached.reason, -ENOSYS);
	ck_assert(info.cached.resident == MMR_UNKNOWN);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, 1, &bucket, 1, &residency), 0);
	ck_assert_uint_eq(bucket, MMR_BUCKET_UNKNOWN);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

#endif

static Suite *memory_residency_suite(void)
{
	Suite *suite = suite_create("memory_residency");

#if MMR_LINUX_EXTRAS
	ADD_CASE(suite, "files", test_residency_of_a_patchy_file, test_residency_matches_fincore,
		test_residency_after_writing_and_dropping, test_residency_of_all_but_one);
	ADD_CASE(suite, "faults", test_residency_by_mincore,
		test_residency_does_not_trust_mincore_of_foreign_files,
		test_residency_of_a_writable_file, test_residency_without_any_call);
#else
	ADD_CASE(suite, "files", test_residency_is_unknown_with_posix_calls);
#endif
	return suite;
}

CHECK_MAIN(memory_residency_suite)
