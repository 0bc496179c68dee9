/* memory.c - the heap, its allocators, and the memory of the process
 *
 * The oracle of the process is /proc/self/status, which is parsed here. Its growth is checked with
 * 64 MiB of each kind.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

/* --- Allocators that count, fail, and recognize their own blocks --- */

struct counter {
	atomic_long n_held, n_allocs;
	atomic_long left; /* allocations that will succeed; below 0: all of them */
	atomic_long n_foreign;
};

/* The header before each block has the size of malloc's alignment, and names the allocator. */
#define MARK 32

static void *counter_alloc(void *context, size_t size)
{
	struct counter *counter = context;
	char *memory;

	MUST(size > 0, "an allocation of 0 bytes");
	if (atomic_load(&counter->left) == 0)
		return NULL;
	if (atomic_load(&counter->left) > 0)
		atomic_fetch_sub(&counter->left, 1);
	memory = malloc(MARK + size);
	MUST(memory, "malloc");
	memset(memory, 0xa5, MARK + size);
	memcpy(memory, &counter, sizeof(counter));
	atomic_fetch_add(&counter->n_held, 1);
	atomic_fetch_add(&counter->n_allocs, 1);
	return memory + MARK;
}

static void counter_free(void *context, void *memory)
{
	struct counter *counter = context, *owner;

	MUST(memory, "freed NULL");
	memcpy(&owner, (char *)memory - MARK, sizeof(owner));
	if (owner != counter)
		atomic_fetch_add(&counter->n_foreign, 1);
	atomic_fetch_sub(&counter->n_held, 1);
	free((char *)memory - MARK);
}

static struct counter first = {.left = -1}, second = {.left = -1};
static const mmr_allocator first_allocator = {counter_alloc, counter_free, &first};
static const mmr_allocator second_allocator = {counter_alloc, counter_free, &second};

/* Makes a call of each kind that uses the heap. Returns: the first error. */
static int use_library(const char *path)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader = NULL;
	mmr_intern *pool = NULL;
	mmr_counts counts;
	uint32_t id;
	int err;

	options.backing = MMR_BACKING_COPIED;
	err = mmr_open(path, &options, &reader);
	if (err == 0)
		err = mmr_count_lines(reader, NULL, &counts);
	if (err == 0)
		err = mmr_intern_open(NULL, &pool);
	if (err == 0)
		err = mmr_intern_add(pool, mmr_slice_of("text"), &id);
	mmr_intern_close(pool);
	mmr_close(reader);
	return err < 0 ? err : 0;
}

START_TEST(test_heap_uses_the_allocator)
{
	struct temp temp = temp_open("a\nb\n", 4);
	uint64_t before = heap_in_use();

	ck_assert_int_eq(mmr_heap_replace(&first_allocator), 0);
	ck_assert_int_eq(use_library(temp.path), 0);
	ck_assert_int_gt(first.n_allocs, 5);
	ck_assert_int_eq(first.n_held, 0);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
	first.n_allocs = 0;
	ck_assert_int_eq(use_library(temp.path), 0);
	ck_assert_int_eq(first.n_allocs, 0);
	temp_close(&temp);
}
END_TEST

START_TEST(test_heap_blocks_return_to_their_allocator)
{
	const mmr_allocator *const allocators[] = {NULL, &first_allocator, &second_allocator};
	mmr_reader *readers[12];
	uint64_t before = heap_in_use();
	size_t i;

	for (i = 0; i < ARRAY_LEN(readers); i++) {
		ck_assert_int_eq(mmr_heap_replace(allocators[i % 3]), 0);
		ck_assert_int_eq(mmr_open_memory("text", 4, &readers[i]), 0);
		ck_assert_str_eq(mmr_bytes(readers[i]).ptr, "text");
	}
	ck_assert_int_eq(first.n_held, 4);
	ck_assert_int_eq(second.n_held, 4);
	ck_assert_uint_gt(mmr_heap_bytes(), before);
	for (i = 0; i < ARRAY_LEN(readers); i++) {
		mmr_close(readers[i]);
		ck_assert_int_eq(first.n_held, 4 - ((long)i + 2) / 3);
		ck_assert_int_eq(second.n_held, 4 - ((long)i + 1) / 3);
	}
	ck_assert_int_eq(first.n_foreign + second.n_foreign, 0);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
}
END_TEST

START_TEST(test_heap_allocator_fails)
{
	struct temp temp = temp_open("a\nb\n", 4);
	uint64_t before = heap_in_use();
	long n;
	int err = -1;

	ck_assert_int_eq(mmr_heap_replace(&first_allocator), 0);
	for (n = 0; err < 0; n++) {
		first.left = n;
		err = use_library(temp.path);
		first.left = -1;
		MUST(err == 0 || err == -ENOMEM, "%ld blocks: %s", n, mmr_strerror(err));
		MUST(err == 0 || strstr(mmr_last_error(), "memory"), "%s", mmr_last_error());
		MUST(first.n_held == 0, "%ld blocks: %ld are left", n, (long)first.n_held);
		MUST(mmr_heap_bytes() == before, "%ld blocks: the count is wrong", n);
	}
	ck_assert_int_gt(n, 5);
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
	temp_close(&temp);
}
END_TEST

/* If there is no memory for the message of a thread's first error, the message is that of the
 * code. */
static void *fail_without_memory(void *arg)
{
	mmr_slice none = {"", 0};

	(void)arg;
	ck_assert_int_eq(mmr_heap_replace(&first_allocator), 0);
	first.left = 0;
	ck_assert_int_eq(mmr_slice_at(none, 1, 1, &none), -ERANGE);
	ck_assert_str_eq(mmr_last_error(), mmr_strerror(-ERANGE));
	first.left = -1;
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
	return NULL;
}

START_TEST(test_heap_error_without_memory)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, fail_without_memory, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *misaligned_alloc(void *context, size_t size)
{
	static _Alignas(max_align_t) char bytes[4096];

	(void)context;
	return size < sizeof(bytes) ? bytes + sizeof(void *) / 2 : NULL;
}

static void misaligned_free(void *context, void *memory)
{
	++*(int *)context;
	(void)memory;
}

START_TEST(test_heap_refuses_broken_allocators)
{
	int n_freed = 0;
	const mmr_allocator misaligned = {misaligned_alloc, misaligned_free, &n_freed};
	const mmr_allocator no_alloc = {NULL, counter_free, &first};
	const mmr_allocator no_free = {counter_alloc, NULL, &first};
	mmr_reader *reader;

	ck_assert_int_eq(mmr_heap_replace(&first_allocator), 0);
	ck_assert_int_eq(mmr_heap_replace(&no_alloc), -EINVAL);
	ck_assert_int_eq(mmr_heap_replace(&no_free), -EINVAL);
	ck_assert_int_eq(mmr_heap_replace(&misaligned), -EINVAL);
	ck_assert(strstr(mmr_last_error(), "aligned"));
	ck_assert_int_eq(n_freed, 1);
	/* The previous allocator is still used. */
	first.n_held = 0;
	ck_assert_int_eq(mmr_open_memory("", 0, &reader), 0);
	ck_assert_int_eq(first.n_held, 1);
	mmr_close(reader);
	/* An allocator that is out of memory is accepted. */
	first.left = 0;
	ck_assert_int_eq(mmr_heap_replace(&first_allocator), 0);
	ck_assert_int_eq(mmr_open_memory("", 0, &reader), -ENOMEM);
	first.left = -1;
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
}
END_TEST

static atomic_bool enough;

static void *open_and_close(void *arg)
{
	mmr_reader *readers[8];
	size_t i;

	while (!atomic_load(&enough)) {
		for (i = 0; i < ARRAY_LEN(readers); i++)
			MUST(mmr_open_memory("text", 4, &readers[i]) == 0, "open");
		for (i = 0; i < ARRAY_LEN(readers); i++)
			mmr_close(readers[i]);
	}
	return arg;
}

START_TEST(test_heap_replaced_while_in_use)
{
	const mmr_allocator *const allocators[] = {NULL, &first_allocator, &second_allocator};
	uint64_t before = heap_in_use();
	pthread_t threads[4];
	size_t i;

	for (i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, open_and_close, NULL), 0);
	for (i = 0; i < 30000 || first.n_allocs < 1000 || second.n_allocs < 1000; i++)
		MUST(mmr_heap_replace(allocators[i % 3]) == 0, "replace");
	atomic_store(&enough, true);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(mmr_heap_replace(NULL), 0);
	ck_assert_int_eq(first.n_held, 0);
	ck_assert_int_eq(second.n_held, 0);
	ck_assert_int_eq(first.n_foreign + second.n_foreign, 0);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
}
END_TEST

/* --- The process --- */

/* Returns the bytes of a field of /proc/self/status, or UINT64_MAX if there is no such field. */
static uint64_t status_field(const char *name)
{
	FILE *file = fopen("/proc/self/status", "r");
	uint64_t value = UINT64_MAX;
	unsigned long long kib;
	char line[1024], format[64];

	if (!file)
		return value;
	snprintf(format, sizeof(format), "%s: %%llu kB", name);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, format, &kib) == 1)
			value = kib * 1024;
	fclose(file);
	return value;
}

static void must_be_near(const char *what, uint64_t value, uint64_t wanted)
{
	uint64_t apart = value > wanted ? value - wanted : wanted - value;

	MUST(value != MMR_UNKNOWN && apart <= MIB, "%s: %llu bytes, not %llu", what,
		(unsigned long long)value, (unsigned long long)wanted);
}

START_TEST(test_memory_usage_matches_the_kernel)
{
	mmr_reader *reader;
	mmr_memory now;

	ck_assert_int_eq(mmr_open_memory("text", 4, &reader), 0);
	memset(&now, 0x77, sizeof(now));
	mmr_memory_usage(&now);
	ck_assert_uint_eq(now.heap, mmr_heap_bytes());
	ck_assert_uint_eq(now.heap_peak, mmr_heap_peak());
	ck_assert_uint_gt(now.heap, 0);
	ck_assert_uint_ge(now.heap_peak, now.heap);
	mmr_close(reader);
#if MMR_LINUX_EXTRAS
	must_be_near("resident", now.resident, status_field("VmRSS"));
	must_be_near("anonymous", now.anonymous, status_field("RssAnon"));
	must_be_near("file", now.file, status_field("RssFile"));
	must_be_near("shared", now.shared, status_field("RssShmem"));
	must_be_near("peak", now.resident_peak, status_field("VmHWM"));
	must_be_near("page tables", now.page_tables, status_field("VmPTE"));
	ck_assert_uint_gt(now.page_tables, 0);
	must_be_near("the sum", now.anonymous + now.file + now.shared, now.resident);
#else
	ck_assert(now.resident == MMR_UNKNOWN && now.anonymous == MMR_UNKNOWN);
	ck_assert(now.file == MMR_UNKNOWN && now.shared == MMR_UNKNOWN);
	ck_assert(now.page_tables == MMR_UNKNOWN);
	must_be_near("peak", now.resident_peak, status_field("VmHWM"));
#endif
}
END_TEST

/* Other processes use memory meanwhile. */
START_TEST(test_memory_available_is_a_part_of_the_memory)
{
	uint64_t available = mmr_memory_available();
#if MMR_LINUX_EXTRAS
	uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	ck_assert_uint_ge(available, MIB);
	ck_assert_uint_lt(available, all);
#else
	ck_assert(available == MMR_UNKNOWN);
#endif
}
END_TEST

#if MMR_LINUX_EXTRAS
static char *map_64_mib(int fd, int flags)
{
	char *map = mmap(NULL, 64 * MIB, PROT_READ | (fd < 0 ? PROT_WRITE : 0), flags, fd, 0);
	static volatile char sum;
	size_t i;

	MUST(map != MAP_FAILED, "mmap: %s", strerror(errno));
	for (i = 0; i < 64 * MIB; i += 1024) {
		if (fd < 0)
			map[i] = 'x';
		sum = (char)(sum + map[i]);
	}
	return map;
}

/* Maps 64 MiB of one kind. That kind must grow by 64 MiB, and the other two must not. */
static void must_show(const char *kind, int fd, int flags)
{
	uint64_t apart[3] = {0, 0, 0};
	mmr_memory before, after;
	char *map;

	apart[strcmp(kind, "anonymous") == 0 ? 0 : strcmp(kind, "file") == 0 ? 1 : 2] = 64 * MIB;
	mmr_memory_usage(&before);
	map = map_64_mib(fd, flags);
	mmr_memory_usage(&after);
	must_be_near(kind, after.anonymous, before.anonymous + apart[0]);
	must_be_near(kind, after.file, before.file + apart[1]);
	must_be_near(kind, after.shared, before.shared + apart[2]);
	must_be_near(kind, after.resident, before.resident + 64 * MIB);
	MUST(after.resident_peak + MIB >= after.resident, "%s: peak", kind);
	munmap(map, 64 * MIB);
	mmr_memory_usage(&after);
	must_be_near(kind, after.resident, before.resident);
	MUST(after.resident_peak >= before.resident + 62 * MIB, "%s: the peak was forgotten", kind);
}

START_TEST(test_memory_usage_by_kind)
{
	static char bytes[4 << 20];
	struct temp temp = temp_open(NULL, 0);
	int memory = memfd_create("memory", MFD_CLOEXEC);
	mmr_memory before, after;
	uint64_t i;
	char *map;

	if (memory_is_shared_with_checker())
		CHECK_SKIP("the sanitizer uses memory of its own");
	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < 16; i++) {
		temp_write(&temp, i * sizeof(bytes), bytes, sizeof(bytes));
		MUST(write(memory, bytes, sizeof(bytes)) == sizeof(bytes), "memfd");
	}
	must_show("anonymous", -1, MAP_PRIVATE | MAP_ANONYMOUS);
	must_show("file", temp.fd, MAP_SHARED);
	must_show("shared", memory, MAP_SHARED);
	must_show("shared", -1, MAP_SHARED | MAP_ANONYMOUS);

	/* One small page every 2 MiB needs one page table each. */
	map = mmap(NULL, 512 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(map, MAP_FAILED);
	madvise(map, 512 * MIB, MADV_NOHUGEPAGE);
	mmr_memory_usage(&before);
	for (i = 0; i < 512 * MIB; i += 2 * MIB)
		map[i] = 'x';
	mmr_memory_usage(&after);
	MUST(after.page_tables > before.page_tables + MIB / 2, "page tables");
	munmap(map, 512 * MIB);
	close(memory);
	temp_close(&temp);
}
END_TEST

/* Uses the library in a process without /proc. */
static void use_without_proc(void *arg)
{
	mmr_memory now;

	if (chroot(arg) < 0 || chdir("/") < 0)
		_exit(77);
	mmr_memory_usage(&now);
	ck_assert(now.resident == MMR_UNKNOWN && now.anonymous == MMR_UNKNOWN);
	ck_assert(now.file == MMR_UNKNOWN && now.shared == MMR_UNKNOWN);
	ck_assert(now.resident_peak == MMR_UNKNOWN && now.page_tables == MMR_UNKNOWN);
	ck_assert_uint_eq(now.heap, mmr_heap_bytes());
	_exit(42);
}

START_TEST(test_memory_usage_without_proc)
{
	char folder[] = "/tmp/mmreader-XXXXXX";
	int status;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	status = in_child(use_without_proc, folder);
	rmdir(folder);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("only root may call chroot");
	ck_assert_int_eq(WEXITSTATUS(status), 42);
}
END_TEST
#endif

static Suite *memory_suite(void)
{
	Suite *suite = suite_create("memory");

	ADD_CASE(suite, "core", test_heap_uses_the_allocator,
		test_heap_blocks_return_to_their_allocator, test_memory_usage_matches_the_kernel,
		test_memory_available_is_a_part_of_the_memory);
	ADD_CASE(suite, "limits", test_heap_replaced_while_in_use);
	ADD_CASE(suite, "faults", test_heap_allocator_fails, test_heap_error_without_memory,
		test_heap_refuses_broken_allocators);
#if MMR_LINUX_EXTRAS
	ADD_CASE(suite, "kinds", test_memory_usage_by_kind, test_memory_usage_without_proc);
#endif
	return suite;
}

CHECK_MAIN(memory_suite)
