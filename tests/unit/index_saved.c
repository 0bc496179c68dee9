/* index_saved.c - indexes in files: fresh, stale, damaged, and those of others
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "index/format.h"
#include "index/saved.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KIB  ((size_t)1 << 10)
#define SIZE (100 * KIB)

static char text[SIZE * 3];

/* A file of lines and the path of its index. */
struct scene {
	struct chance chance;
	struct temp temp;
	char index_path[300];
	struct timespec times[2]; /* of an hour ago */
};

static void set_times(const struct scene *scene)
{
	ck_assert_int_eq(utimensat(AT_FDCWD, scene->temp.path, scene->times, 0), 0);
}

static struct scene scene_open(uint64_t seed)
{
	struct scene scene = {.chance = {seed}};

	saved_least = 0;
	chance_fill(&scene.chance, text, sizeof(text), mmr_slice_of("\nabcdefghijkl"));
	scene.temp = temp_open(text, SIZE);
	snprintf(scene.index_path, sizeof(scene.index_path), "%s.mmri", scene.temp.path);
	clock_gettime(CLOCK_REALTIME, &scene.times[0]);
	scene.times[0].tv_sec -= 3600;
	scene.times[1] = scene.times[0];
	set_times(&scene);
	return scene;
}

static void scene_close(struct scene *scene)
{
	unlink(scene->index_path);
	temp_close(&scene->temp);
}

static mmr_reader *open_data(const struct scene *scene)
{
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open(scene->temp.path, NULL, &reader), 0);
	return reader;
}

/* Makes the index, or extends it. Returns: the bytes that it covers. */
static uint64_t make(const struct scene *scene)
{
	mmr_reader *reader = open_data(scene);
	mmr_index_info info;
	mmr_counts counts;
	mmr_index *index;

	MUST(mmr_index_make(reader, NULL, NULL, &index) == 0, "%s", mmr_last_error());
	mmr_index_describe(index, &info);
	ck_assert_int_eq(mmr_count_lines(reader, NULL, &counts), 0);
	ck_assert_uint_eq(info.lines, counts.lines);
	ck_assert_uint_eq(info.covered, mmr_size(reader));
	ck_assert(info.saved);
	ck_assert_int_eq(mmr_index_verify(index, NULL), 0);
	mmr_index_close(index);
	mmr_close(reader);
	return info.covered;
}

/* Compares results with those of scans. Returns: why the index was not used to the end, or 0. */
static int must_be_right(struct scene *scene, mmr_reader *reader, mmr_index *index)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT, with = MMR_SCAN_OPTIONS_INIT;
	uint64_t off, want, got;
	mmr_index_info info;
	unsigned i;

	with.index = index;
	for (i = 0; i < 40; i++) {
		off = chance_below(&scene->chance, (size_t)mmr_size(reader) + 1);
		ck_assert_int_eq(mmr_line_number(reader, off, &scan, &want), 0);
		ck_assert_int_eq(mmr_line_number(reader, off, &with, &got), 0);
		MUST(want == got, "line of %llu: %llu, should be %llu", (unsigned long long)off,
			(unsigned long long)got, (unsigned long long)want);
		ck_assert_int_eq(mmr_line_seek(reader, 0, (int64_t)want, &with, &got), 0);
		ck_assert_int_eq(mmr_line_seek(reader, 0, (int64_t)want, &scan, &off), 0);
		MUST(off == got, "offset of line %llu: %llu, should be %llu",
			(unsigned long long)want, (unsigned long long)got, (unsigned long long)off);
	}
	mmr_index_describe(index, &info);
	return info.failure;
}

/* Loads the index and asks it. Returns: the error of loading, or of the first failure. */
static int load(struct scene *scene)
{
	mmr_reader *reader = open_data(scene);
	mmr_index *index;
	int err = mmr_index_load(reader, NULL, NULL, &index);

	if (err == 0) {
		err = must_be_right(scene, reader, index);
		mmr_index_close(index);
	}
	mmr_close(reader);
	return err;
}

static void copy_file(const char *from, const char *to)
{
	static char bytes[SIZE * 3];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t len = read(in, bytes, sizeof(bytes));

	ck_assert_int_gt(len, 0);
	ck_assert(write(out, bytes, (size_t)len) == len);
	close(in);
	close(out);
}

START_TEST(test_saved_index_is_fresh)
{
	struct scene scene = scene_open(601);
	struct stat before, after;

	ck_assert_int_eq(load(&scene), -ENOENT);
	make(&scene);
	ck_assert_int_eq(load(&scene), 0);
	/* A fresh one is not made again. */
	ck_assert_int_eq(stat(scene.index_path, &before), 0);
	make(&scene);
	ck_assert_int_eq(stat(scene.index_path, &after), 0);
	ck_assert(before.st_ino == after.st_ino);
	ck_assert_uint_eq(after.st_mode & 0777, 0600);
	scene_close(&scene);
}
END_TEST

/* Files that are the same although something of their status differs. */
START_TEST(test_saved_index_of_the_same_bytes)
{
	struct scene scene = scene_open(602);
	char moved[300], path[300];

	make(&scene);
	ck_assert_int_eq(chmod(scene.temp.path, 0640), 0);
	ck_assert_int_eq(load(&scene), 0);
	/* Copied with its time and its index. */
	snprintf(moved, sizeof(moved), "%s.moved", scene.temp.path);
	copy_file(scene.temp.path, moved);
	ck_assert_int_eq(rename(moved, scene.temp.path), 0);
	set_times(&scene);
	ck_assert_int_eq(load(&scene), 0);
	/* Without its time. */
	snprintf(path, sizeof(path), "%s", scene.temp.path);
	copy_file(path, moved);
	ck_assert_int_eq(rename(moved, path), 0);
	ck_assert_int_eq(load(&scene), MMR_ESTALE);
	scene_close(&scene);
}
END_TEST

/* A clock that is wrong must not make the index again and again. */
START_TEST(test_saved_index_of_a_young_file)
{
	struct scene scene = scene_open(603);
	struct stat before, after;
	int way;

	for (way = 0; way < 2; way++) {
		clock_gettime(CLOCK_REALTIME, &scene.times[1]);
		scene.times[1].tv_sec += way ? 1000000 : 0;
		set_times(&scene);
		make(&scene);
		ck_assert_int_eq(load(&scene), 0);
		ck_assert_int_eq(stat(scene.index_path, &before), 0);
		make(&scene);
		ck_assert_int_eq(stat(scene.index_path, &after), 0);
		ck_assert(before.st_ino == after.st_ino);
		/* Its times prove nothing. */
		text[100] ^= 'a' ^ '\n';
		temp_write(&scene.temp, 100, text + 100, 1);
		set_times(&scene);
		ck_assert_int_eq(load(&scene), MMR_ESTALE);
		unlink(scene.index_path);
	}
	scene_close(&scene);
}
END_TEST

START_TEST(test_saved_index_of_a_changed_file)
{
	struct scene scene = scene_open(604);
	int way;

	for (way = 0; way < 6; way++) {
		set_times(&scene);
		make(&scene);
		ck_assert_int_eq(load(&scene), 0);
		switch (way) {
		case 0: /* written in place */
			chance_fill(&scene.chance, text, SIZE, mmr_slice_of("\nabcdef"));
			temp_write(&scene.temp, 0, text, SIZE);
			break;
		case 1: /* and with the old time */
			chance_fill(&scene.chance, text, SIZE, mmr_slice_of("\nabcdef"));
			temp_write(&scene.temp, 0, text, SIZE);
			set_times(&scene);
			break;
		case 2: /* truncated */
			temp_resize(&scene.temp, SIZE / 2);
			set_times(&scene);
			break;
		case 3: /* another file that is longer */
			temp_write(&scene.temp, 0, "other", 5);
			temp_write(&scene.temp, SIZE, text + SIZE, SIZE);
			break;
		case 4: /* only its time */
			ck_assert_int_eq(utimensat(AT_FDCWD, scene.temp.path, NULL, 0), 0);
			break;
		default: /* empty */
			temp_resize(&scene.temp, 0);
		}
		MUST(load(&scene) == MMR_ESTALE, "way %d", way);
	}
	scene_close(&scene);
}
END_TEST

/* An index serves the bytes that it covers, and is extended. */
START_TEST(test_saved_index_of_a_file_that_grows)
{
	struct scene scene = scene_open(605);
	uint64_t size = SIZE, more;

	make(&scene);
	while (size < sizeof(text)) {
		more = min_u64(1 + chance_below(&scene.chance, 40000), sizeof(text) - size);
		temp_write(&scene.temp, size, text + size, (size_t)more);
		size += more;
		ck_assert_int_eq(load(&scene), 0);
		if (chance_below(&scene.chance, 2))
			ck_assert_uint_eq(make(&scene), size);
		ck_assert_int_eq(load(&scene), 0);
	}
	scene_close(&scene);
}
END_TEST

/* The file may be any bytes. */
START_TEST(test_saved_index_that_is_damaged)
{
	struct scene scene = scene_open(606);
	static char bytes[2000];
	size_t size, i;
	int fd, err;

	make(&scene);
	fd = open(scene.index_path, O_RDWR);
	size = (size_t)read(fd, bytes, sizeof(bytes));
	ck_assert_uint_lt(size, sizeof(bytes));
	for (i = 0; i < size * 8; i++) {
		bytes[i / 8] ^= (char)(1 << i % 8);
		ck_assert(pwrite(fd, bytes, size, 0) == (ssize_t)size);
		err = load(&scene);
		MUST(err == MMR_EDAMAGED || err == MMR_ESTALE, "bit %zu: %d", i, err);
		/* Only what is still recognized as an index is replaced, by a whole one. */
		if (i % 61 == 0 && i >= 64) {
			make(&scene);
			ck_assert_int_eq(load(&scene), 0);
			close(fd);
			fd = open(scene.index_path, O_RDWR);
		}
		bytes[i / 8] ^= (char)(1 << i % 8);
	}
	for (i = 0; i < size; i++) {
		ck_assert_int_eq(ftruncate(fd, (off_t)i), 0);
		MUST(load(&scene) == MMR_EDAMAGED, "%zu bytes", i);
		ck_assert(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	}
	ck_assert(pwrite(fd, "more", 4, (off_t)size) == 4);
	ck_assert_int_eq(load(&scene), MMR_EDAMAGED);
	/* It is made again. */
	make(&scene);
	ck_assert_int_eq(load(&scene), 0);
	close(fd);
	scene_close(&scene);
}
END_TEST

/* A table that was changed together with its checksums is still compared with each block that is
 * used. */
START_TEST(test_saved_index_with_a_wrong_table)
{
	struct scene scene = scene_open(607);
	struct format format;
	mmr_reader *reader = open_data(&scene);
	mmr_index *index;
	char header[FORMAT_HEADER];
	int fd;

	make(&scene);
	fd = open(scene.index_path, O_RDWR);
	ck_assert(pread(fd, header, sizeof(header), 0) == sizeof(header));
	ck_assert_int_eq(format_decode(header, (uint64_t)lseek(fd, 0, SEEK_END), &format), 0);
	format.end.rank++;
	format_encode(&format, header);
	ck_assert(pwrite(fd, header, sizeof(header), 0) == sizeof(header));
	close(fd);
	ck_assert_int_eq(mmr_index_load(reader, NULL, NULL, &index), 0);
	ck_assert_int_eq(mmr_index_verify(index, NULL), MMR_ESTALE);
	ck_assert_str_ne(mmr_last_error(), "");
	ck_assert_int_eq(must_be_right(&scene, reader, index), MMR_ESTALE);
	mmr_index_close(index);
	mmr_close(reader);
	scene_close(&scene);
}
END_TEST

/* A file that was truncated while it is in use: its table cannot be read any more. */
START_TEST(test_saved_index_that_loses_its_table)
{
	struct scene scene = scene_open(608);
	mmr_reader *reader;
	mmr_index *index;
	int way;

	for (way = 0; way < 2; way++) {
		make(&scene);
		reader = open_data(&scene);
		ck_assert_int_eq(mmr_index_load(reader, NULL, NULL, &index), 0);
		ck_assert_int_eq(truncate(scene.index_path, way ? 300 : 0), 0);
		must_be_right(&scene, reader, index);
		mmr_index_close(index);
		mmr_close(reader);
		unlink(scene.index_path);
		ck_assert_int_eq(mmr_guard_install(), 0);
	}
	scene_close(&scene);
}
END_TEST

START_TEST(test_saved_index_of_other_owners)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	struct scene scene = scene_open(609);
	mmr_reader *reader = open_data(&scene);
	mmr_index *index;

	make(&scene);
	ck_assert_int_eq(chmod(scene.index_path, 0620), 0);
	ck_assert_int_eq(load(&scene), -EPERM);
	ck_assert_int_eq(chmod(scene.index_path, 0602), 0);
	ck_assert_int_eq(load(&scene), -EPERM);
	options.any_owner = true;
	ck_assert_int_eq(mmr_index_load(reader, NULL, &options, &index), 0);
	mmr_index_close(index);
	ck_assert_int_eq(chmod(scene.index_path, 0644), 0);
	ck_assert_int_eq(load(&scene), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(scene.index_path, 12345, 12345), 0);
		ck_assert_int_eq(load(&scene), -EPERM);
		ck_assert_int_eq(chown(scene.temp.path, 12345, 12345), 0);
		ck_assert_int_eq(load(&scene), 0);
	}
	mmr_close(reader);
	scene_close(&scene);
}
END_TEST

static void must_be_at(
	mmr_reader *reader, const mmr_scan_options *scan, const char *place, const char *path)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	char buffer[600], cut[8];
	mmr_index *index;
	size_t len;

	options.place = place;
	ck_assert_int_eq(mmr_index_path(reader, scan, &options, buffer, sizeof(buffer), &len), 0);
	ck_assert_uint_eq(len, strlen(buffer));
	if (path)
		ck_assert_str_eq(buffer, path);
	ck_assert_int_eq(mmr_index_path(reader, scan, &options, cut, sizeof(cut), &len), 0);
	ck_assert(strncmp(cut, buffer, 7) == 0 && cut[7] == '\0');
	ck_assert_uint_eq(len, strlen(buffer));
	ck_assert_int_eq(access(buffer, F_OK), -1);
	MUST(mmr_index_make(reader, scan, &options, &index) == 0, "%s", mmr_last_error());
	mmr_index_close(index);
	ck_assert_int_eq(access(buffer, F_OK), 0);
	ck_assert_int_eq(mmr_index_load(reader, scan, &options, &index), 0);
	mmr_index_close(index);
	ck_assert_int_eq(unlink(buffer), 0);
}

#if !defined(MMR_LINUX_EXTRAS)
/* Without the path of an open file there is no name for its index in a folder of others. */
static void must_be_refused(mmr_reader *reader, const char *folder)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_index *index;

	options.place = folder;
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -ENOTSUP);
}
#endif

START_TEST(test_saved_index_places)
{
	struct scene scene = scene_open(610);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader = open_data(&scene);
	mmr_split *records;
	char folder[300], path[400];

	must_be_at(reader, NULL, NULL, scene.index_path);
	snprintf(folder, sizeof(folder), "%s.folder", scene.temp.path);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(path, sizeof(path), "%s/any name", folder);
	must_be_at(reader, NULL, path, path);
#if defined(MMR_LINUX_EXTRAS)
	must_be_at(reader, NULL, folder, NULL);
#else
	must_be_refused(reader, folder);
#endif
	/* Other lines have an index of their own. */
	scan.delimiter = ';';
	must_be_at(reader, &scan, NULL, NULL);
	scan.delimiter = '\n';
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("ab"), '\n', &records), 0);
	scan.records = records;
	must_be_at(reader, &scan, NULL, NULL);
	mmr_split_close(records);
	ck_assert_int_eq(rmdir(folder), 0);
	mmr_close(reader);
	scene_close(&scene);
}
END_TEST

START_TEST(test_saved_index_of_other_units)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	struct scene scene = scene_open(611);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader = open_data(&scene);
	mmr_split *records;
	mmr_index *index;

	make(&scene);
	options.place = scene.index_path;
	scan.delimiter = ';';
	ck_assert_int_eq(mmr_index_load(reader, &scan, &options, &index), MMR_ESTALE);
	scan.delimiter = '\n';
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("ab"), '\n', &records), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_index_load(reader, &scan, &options, &index), MMR_ESTALE);
	ck_assert_int_eq(mmr_index_make(reader, &scan, &options, &index), 0);
	mmr_index_close(index);
	mmr_split_close(records);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("abc"), '\n', &records), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_index_load(reader, &scan, &options, &index), MMR_ESTALE);
	mmr_split_close(records);
	/* Rows have states. */
	ck_assert_int_eq(mmr_split_rows('c', &records), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_index_load(reader, &scan, &options, &index), MMR_ESTALE);
	ck_assert_int_eq(mmr_index_make(reader, &scan, &options, &index), 0);
	ck_assert_int_eq(mmr_index_verify(index, &scan), 0);
	mmr_index_close(index);
	ck_assert_int_eq(mmr_index_load(reader, &scan, &options, &index), 0);
	mmr_index_close(index);
	ck_assert_int_eq(mmr_index_make_part(reader, &scan, &options, 1, 2), -EINVAL);
	mmr_split_close(records);
	mmr_close(reader);
	scene_close(&scene);
}
END_TEST

/* Only a whole regular file is recognized again. */
START_TEST(test_saved_index_with_wrong_readers)
{
	struct scene scene = scene_open(612);
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *readers[4];
	mmr_index *index = NULL;
	char buffer[300];
	size_t i, len;

	ck_assert_int_eq(mmr_open_memory(text, SIZE, &readers[0]), 0);
	options.offset = 10;
	ck_assert_int_eq(mmr_open(scene.temp.path, &options, &readers[1]), 0);
	options.offset = 0;
	options.length = SIZE;
	ck_assert_int_eq(mmr_open(scene.temp.path, &options, &readers[2]), 0);
	ck_assert_int_eq(mmr_open_fd(scene.temp.fd, NULL, &readers[3]), 0);
	for (i = 0; i < ARRAY_LEN(readers); i++) {
		ck_assert_int_eq(mmr_index_make(readers[i], NULL, NULL, &index), -EINVAL);
		ck_assert_int_eq(mmr_index_load(readers[i], NULL, NULL, &index), -EINVAL);
		ck_assert_int_eq(
			mmr_index_path(readers[i], NULL, NULL, buffer, 300, &len), -EINVAL);
		mmr_close(readers[i]);
	}
	ck_assert_ptr_null(index);
	ck_assert_int_eq(access(scene.index_path, F_OK), -1);
	scene_close(&scene);
}
END_TEST

/* What cannot be written leaves the old index and no temporary file. */
START_TEST(test_saved_index_that_cannot_be_written)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	struct scene scene = scene_open(613);
	mmr_reader *reader = open_data(&scene);
	mmr_index *index = NULL;

	options.place = "/dev/null/index";
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -ENOTDIR);
	options.place = "/nowhere/at/all";
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -ENOENT);
	/* Nothing but an index is replaced. */
	options.place = "/dev/null";
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -EEXIST);
	options.place = scene.temp.path;
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -EEXIST);
	options.place = scene.index_path;
	ck_assert_int_eq(symlink(scene.temp.path, scene.index_path), 0);
	ck_assert_int_eq(mmr_index_make(reader, NULL, &options, &index), -EEXIST);
	ck_assert_int_eq(unlink(scene.index_path), 0);
	ck_assert_ptr_null(index);
	/* A small file is indexed in memory. */
	saved_least = SIZE + 1;
	ck_assert_int_eq(mmr_index_make(reader, NULL, NULL, &index), 0);
	ck_assert_int_eq(access(scene.index_path, F_OK), -1);
	mmr_index_close(index);
	mmr_close(reader);
	scene_close(&scene);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index_saved");

	ADD_CASE(suite, "core", test_saved_index_is_fresh, test_saved_index_of_the_same_bytes,
		test_saved_index_of_a_young_file, test_saved_index_of_a_changed_file,
		test_saved_index_of_a_file_that_grows, test_saved_index_places,
		test_saved_index_of_other_units);
	ADD_CASE(suite, "faults", test_saved_index_that_is_damaged,
		test_saved_index_with_a_wrong_table, test_saved_index_that_loses_its_table,
		test_saved_index_of_other_owners, test_saved_index_with_wrong_readers,
		test_saved_index_that_cannot_be_written);
	return check_main(suite);
}
