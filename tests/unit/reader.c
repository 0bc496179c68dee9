/* reader.c - reading on every backing, choice of the backing, and advice
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* A call that fails must not change its output. */
static mmr_reader *const untouched = (mmr_reader *)(uintptr_t)64;

/* --- Core --- */

START_TEST(test_reader_every_backing_reads_the_same)
{
	static const size_t sizes[] = {0, 1, 2, 4095, 4096, 4097, 16383, 16384, 16385, 300007};
	struct chance chance = {1};
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char *bytes = malloc(sizes[i] + 1);
		mmr_slice any = {NULL, 0}, all = {bytes, sizes[i]};

		chance_fill(&chance, bytes, sizes[i], any);
		on_every_backing(all, must_read_the_same, &chance);
		free(bytes);
	}
}
END_TEST

START_TEST(test_reader_chooses_the_backing)
{
	static char bytes[16385];
	static const struct {
		size_t len;
		enum mmr_backing_kind backing;
	} cases[] = {{0, MMR_BACKING_COPIED}, {1, MMR_BACKING_COPIED}, {16383, MMR_BACKING_COPIED},
		{16384, MMR_BACKING_MAPPED}, {16385, MMR_BACKING_MAPPED}};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct temp temp = temp_open(bytes, cases[i].len);
		mmr_reader *reader = temp_reader(&temp, MMR_BACKING_AUTO);

		ck_assert_int_eq(mmr_backing(reader), cases[i].backing);
		ck_assert_uint_eq(mmr_size(reader), cases[i].len);
		mmr_close(reader);
		temp_close(&temp);
	}
	mmr_close(NULL);
}
END_TEST

START_TEST(test_reader_ranges)
{
	static char bytes[40000];
	static const uint64_t offsets[] = {0, 1, 63, 4095, 4096, 4097, 20001, 39999, 40000, 40001,
		INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, MMR_REST};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct chance chance = {2};
	mmr_slice any = {NULL, 0};
	struct temp temp;
	size_t i, k, backing;

	chance_fill(&chance, bytes, sizeof(bytes), any);
	temp = temp_open(bytes, sizeof(bytes));
	for (backing = MMR_BACKING_AUTO; backing <= MMR_BACKING_UNMAPPED; backing++) {
		if (backing == MMR_BACKING_CALLER)
			continue;
		for (i = 0; i < ARRAY_LEN(offsets); i++) {
			for (k = 0; k < ARRAY_LEN(offsets); k++) {
				size_t start = (size_t)min_u64(offsets[i], sizeof(bytes));
				struct setting setting = {"part", NULL, {bytes + start, 0},
					backing != MMR_BACKING_UNMAPPED};

				setting.bytes.len =
					(size_t)min_u64(offsets[k], sizeof(bytes) - start);
				options.offset = offsets[i];
				options.length = offsets[k];
				options.backing = (enum mmr_backing_kind)backing;
				MUST(mmr_open(temp.path, &options, &setting.reader) == 0, "%s",
					mmr_last_error());
				must_read_the_same(&setting, &chance);
				mmr_close(setting.reader);
			}
		}
	}
	temp_close(&temp);
}
END_TEST

START_TEST(test_reader_of_a_descriptor)
{
	struct temp temp = temp_open("0123456789", 10);
	mmr_reader *reader;
	int fd;

	ck_assert_int_eq(lseek(temp.fd, 7, SEEK_SET), 7);
	fd = dup(temp.fd);
	ck_assert_int_eq(mmr_open_fd(fd, NULL, &reader), 0);
	/* The offset is not moved, and the caller may close the descriptor. */
	ck_assert_int_eq(lseek(temp.fd, 0, SEEK_CUR), 7);
	close(fd);
	ck_assert(mmr_slice_equal(mmr_bytes(reader), mmr_slice_of("0123456789")));
	/* A reader of a descriptor checks only the file itself, not a path. */
	unlink(temp.path);
	ck_assert_int_eq(mmr_refresh(reader), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_reader_of_memory)
{
	mmr_reader *reader = untouched;

	ck_assert_int_eq(mmr_open_memory(NULL, 1, &reader), -EINVAL);
	ck_assert_ptr_eq(reader, untouched);
	ck_assert_int_eq(mmr_open_memory(NULL, 0, &reader), 0);
	ck_assert_uint_eq(mmr_size(reader), 0);
	ck_assert_uint_eq(mmr_bytes(reader).len, 0);
	mmr_close(reader);
}
END_TEST

START_TEST(test_reader_pseudo_files)
{
	static const char *const paths[] = {"/proc/self/status", "/proc/cpuinfo", "/proc/version",
		"/proc/self/maps", "/sys/kernel/mm/transparent_hugepage/enabled",
		"/sys/devices/system/cpu/online"};
	static char want[1 << 20];
	size_t i, len;

	for (i = 0; i < ARRAY_LEN(paths); i++) {
		FILE *file = fopen(paths[i], "r");
		mmr_reader *reader;

		if (!file)
			continue;
		len = fread(want, 1, sizeof(want), file);
		fclose(file);
		MUST(mmr_open(paths[i], NULL, &reader) == 0, "%s", mmr_last_error());
		MUST(mmr_backing(reader) == MMR_BACKING_COPIED, "%s is not copied", paths[i]);
		/* Some of these files change while they are read, so only their first bytes are
		 * compared. */
		MUST(len > 8 ? mmr_size(reader) > 8 : mmr_size(reader) == len,
			"%s: %zu bytes, should be about %zu", paths[i], (size_t)mmr_size(reader),
			len);
		MUST(memcmp(mmr_bytes(reader).ptr, want, min_size(len, 8)) == 0, "%s", paths[i]);
		MUST(mmr_refresh(reader) == 0, "%s", mmr_last_error());
		mmr_close(reader);
	}
}
END_TEST

/* --- Limits --- */

START_TEST(test_reader_huge_sparse_file)
{
	static const uint64_t positions[] = {
		0, 2 * GIB - 4, 2 * GIB + 4, 4 * GIB - 3, 4 * GIB + 5, 6 * GIB - 8};
	struct temp temp = temp_open(NULL, 0);
	mmr_reader *reader;
	size_t i, backing, got;
	char mark[8] = "mark ?!", copy[8];

	temp_resize(&temp, 6 * GIB);
	for (i = 0; i < ARRAY_LEN(positions); i++) {
		mark[5] = (char)('0' + i);
		temp_write(&temp, positions[i], mark, sizeof(mark));
	}
	for (backing = MMR_BACKING_MAPPED; backing <= MMR_BACKING_UNMAPPED; backing += 3) {
		if (sizeof(size_t) < 8 && backing == MMR_BACKING_MAPPED)
			continue;
		reader = temp_reader(&temp, (enum mmr_backing_kind)backing);
		ck_assert_uint_eq(mmr_size(reader), 6 * GIB);
		for (i = 0; i < ARRAY_LEN(positions); i++) {
			ck_assert_int_eq(mmr_read_at(reader, positions[i], copy, 8, &got), 0);
			ck_assert_uint_eq(got, 8);
			mark[5] = (char)('0' + i);
			ck_assert_mem_eq(copy, mark, 8);
			if (backing == MMR_BACKING_MAPPED)
				ck_assert_mem_eq(mmr_bytes(reader).ptr + positions[i], copy, 8);
		}
		ck_assert_int_eq(mmr_read_at(reader, 6 * GIB - 3, copy, 8, &got), 0);
		ck_assert_uint_eq(got, 3);
		mmr_close(reader);
	}
	temp_close(&temp);
}
END_TEST

static void read_without_addresses(void *arg)
{
	const struct temp *temp = arg;
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct rlimit limit;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;
	mmr_slice part;
	mmr_lines it;
	uint64_t off, sum = 0;
	size_t got;
	char copy[4];

	/* Less than the file. AddressSanitizer does not use freed memory again. */
	limit.rlim_cur = limit.rlim_max =
		address_space() + (memory_is_shared_with_checker() ? 512 * MIB : 64 * MIB);
	MUST(setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit: %s", strerror(errno));
	MUST(mmr_open(temp->path, NULL, &reader) == 0, "%s", mmr_last_error());
	MUST(mmr_backing(reader) == MMR_BACKING_UNMAPPED, "the reader is mapped");
	MUST(mmr_slice_at(mmr_bytes(reader), 0, 0, &part) == MMR_ENOMAP, "slice");
	it = mmr_lines_of(mmr_bytes(reader), '\n');
	MUST(!mmr_lines_next(&it, &part) && mmr_lines_error(&it) == MMR_ENOMAP, "lines");
	MUST(mmr_read_at(reader, GIB - 3, copy, 4, &got) == 0 && got == 3, "read_at");
	MUST(memcmp(copy, "end", 3) == 0, "bytes");
	MUST(mmr_line_seek(reader, 0, 2, NULL, &off) == 0 && off == 700 * MIB + 1, "seek: %llu",
		(unsigned long long)off);
	MUST(mmr_line_seek(reader, GIB, -2, NULL, &off) == 0 && off == 4, "seek: %llu",
		(unsigned long long)off);
	scan.io_mode = MMR_IO_MAP;
	cut.split_lines = true;
	MUST(mmr_blocks_open(reader, &scan, &cut, &blocks) == 0, "blocks");
	while (mmr_blocks_next(blocks, &block))
		sum += block.bytes.len;
	MUST(mmr_blocks_error(blocks) == 0 && sum == GIB, "blocks");
	mmr_blocks_close(blocks);
	mmr_close(reader);
	/* An explicit map must fail. */
	options.backing = MMR_BACKING_MAPPED;
	reader = untouched;
	MUST(mmr_open(temp->path, &options, &reader) == MMR_ENOMAP, "an explicit map succeeded");
	MUST(reader == untouched && strstr(mmr_last_error(), "ulimit -v"), "%s", mmr_last_error());
}

START_TEST(test_reader_without_addresses)
{
	struct temp temp = temp_open("one\n", 4);

	temp_resize(&temp, GIB);
	temp_write(&temp, 700 * MIB, "\n", 1);
	temp_write(&temp, GIB - 3, "end", 3);
	if (getenv("MATRIX_EMULATED")) {
		temp_close(&temp);
		CHECK_SKIP("the emulator does not limit the address space");
	}
	ck_assert_int_eq(in_child(read_without_addresses, &temp), 0);
	temp_close(&temp);
}
END_TEST

START_TEST(test_reader_leaks_nothing)
{
	static char bytes[100000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	struct chance chance = {4};
	mmr_slice some = {bytes, 20000};
	mmr_reader_options mapped = MMR_READER_OPTIONS_INIT;
	size_t n_fds = count_descriptors(), n_maps = count_maps("mmreader-");
	uint64_t heap = heap_in_use();
	mmr_reader *reader, *other;
	int i;

	mapped.backing = MMR_BACKING_MAPPED;
	for (i = 0; i < 20; i++) {
		on_every_backing(some, must_read_the_same, &chance);
		reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		ck_assert_uint_eq(count_maps("mmreader-"), n_maps + 1);
		other = temp_reader(&temp, MMR_BACKING_UNMAPPED);
		ck_assert_uint_gt(mmr_heap_bytes(), heap);
		mmr_close(reader);
		mmr_close(other);
		ck_assert_int_lt(mmr_open("/", NULL, &reader), 0);
		ck_assert_int_lt(mmr_open("/dev/null", &mapped, &reader), 0);
		ck_assert_int_eq(mmr_open("/dev/null", NULL, &reader), 0);
		ck_assert_uint_gt(mmr_heap_bytes(), heap);
		mmr_close(reader);
		ck_assert_int_lt(mmr_open_fd(0x7fff, NULL, &reader), 0);
	}
	ck_assert_uint_eq(count_descriptors(), n_fds);
	ck_assert_uint_eq(count_maps("mmreader-"), n_maps);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	temp_close(&temp);
}
END_TEST

START_TEST(test_reader_closes_on_exec)
{
	struct temp temp = temp_open("x", 1);
	mmr_reader *by_path, *by_fd;
	struct stat file, other;
	int fd, n = 0;

	by_path = temp_reader(&temp, MMR_BACKING_AUTO);
	ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &by_fd), 0);
	ck_assert_int_eq(fstat(temp.fd, &file), 0);
	for (fd = 0; fd < 1000; fd++) {
		if (fd == temp.fd || fstat(fd, &other) < 0 || other.st_ino != file.st_ino)
			continue;
		ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		n++;
	}
	ck_assert_int_eq(n, 2);
	mmr_close(by_path);
	mmr_close(by_fd);
	temp_close(&temp);
}
END_TEST

static void advise_everywhere(const struct setting *setting, void *arg)
{
	static const uint64_t offsets[] = {0, 1, 4095, 4096, 8193, 70000, UINT64_MAX};
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(offsets); i++) {
		for (k = 0; k < ARRAY_LEN(offsets); k++) {
			uint64_t off = offsets[i], len = offsets[k];
			const mmr_reader *reader = setting->reader;

			MUST(mmr_advise(reader, off, len, MMR_ADVICE_SEQUENTIAL) == 0 &&
					mmr_advise(reader, off, len, MMR_ADVICE_RANDOM) == 0 &&
					mmr_advise(reader, off, len, MMR_ADVICE_NORMAL) == 0 &&
					mmr_prefetch(reader, off, len) == 0 &&
					mmr_release(reader, off, len) == 0,
				"%s: %s", setting->name, mmr_last_error());
		}
	}
	must_read_the_same(setting, arg);
}

START_TEST(test_reader_advice_changes_no_byte)
{
	static char bytes[70001];
	struct chance chance = {5};
	mmr_slice any = {NULL, 0}, all = {bytes, sizeof(bytes)}, none = {bytes, 0};

	chance_fill(&chance, bytes, sizeof(bytes), any);
	on_every_backing(all, advise_everywhere, &chance);
	on_every_backing(none, advise_everywhere, &chance);
}
END_TEST

START_TEST(test_reader_release_drops_pages)
{
	struct temp temp = temp_open(NULL, 0);
	size_t before, full, after;
	mmr_reader *reader;
	uint64_t count;

#if !defined(MMR_LINUX_EXTRAS)
	CHECK_SKIP("POSIX calls may not drop pages");
#endif
	temp_resize(&temp, 64 * MIB);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	before = resident_kib();
	if (before == 0 || memory_is_shared_with_checker())
		CHECK_SKIP("the resident memory of this process is not known");
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), 'x', &count), 0);
	full = resident_kib();
	ck_assert_uint_ge(full, before + 63 * 1024);
	ck_assert_int_eq(mmr_release(reader, 32 * MIB, MMR_REST), 0);
	after = resident_kib();
	ck_assert_uint_le(after, before + 33 * 1024);
	ck_assert_uint_ge(after, before + 31 * 1024);
	ck_assert_int_eq(mmr_release(reader, 0, MMR_REST), 0);
	ck_assert_uint_le(resident_kib(), before + 1024);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *reader_suite(void)
{
	Suite *suite = suite_create("reader");

	ADD_CASE(suite, "core", test_reader_every_backing_reads_the_same,
		test_reader_chooses_the_backing, test_reader_ranges, test_reader_of_a_descriptor,
		test_reader_of_memory, test_reader_pseudo_files);
	ADD_CASE(suite, "limits", test_reader_huge_sparse_file, test_reader_without_addresses,
		test_reader_leaks_nothing, test_reader_closes_on_exec,
		test_reader_advice_changes_no_byte, test_reader_release_drops_pages);
	return suite;
}

CHECK_MAIN(reader_suite)
