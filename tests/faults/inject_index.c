/* inject_index.c - scenarios: indexes of lines, in memory and in files
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "index/saved.h"
#include "inject.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* If the index fails, a scan gives the same results. */
static int ask(mmr_reader *reader, mmr_index *index)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;
	uint64_t at, number;
	int err;

	options.index = index;
	options.n_threads = N_THREADS;
	err = TRY(at, mmr_line_seek(reader, 0, 5000, &options, &at));
	if (err < 0)
		return err;
	note(at);
	err = TRY(number, mmr_line_number(reader, at / 2, &options, &number));
	if (err < 0)
		return err;
	note(number);
	options.offset = 3000;
	err = TRY(counts, mmr_count_lines(reader, &options, &counts));
	if (err == 0)
		note(counts.lines);
	return err;
}

/* With an index, the line is found; else it is searched for. */
static int find_line(mmr_reader *reader, mmr_index *index)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_slice line;
	int err;

	options.index = index;
	err = TRY(line, mmr_line_find(reader, 777, &options, &line));
	if (err == 0)
		note_bytes(line);
	return err;
}

static int build(mmr_reader *reader, mmr_index **ret_index)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.n_threads = N_THREADS;
	options.heap = 4096;
	return TRY(*ret_index, mmr_index_build(reader, &scan, &options, ret_index));
}

static int build_and_ask(const char *path, enum mmr_backing_kind backing)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_index *index;
	int err;

	options.backing = backing;
	err = TRY(reader, mmr_open(path, &options, &reader));
	if (err < 0)
		return err;
	err = build(reader, &index);
	if (err == 0) {
		err = ask(reader, index);
		if (err == 0 && backing == MMR_BACKING_MAPPED)
			err = find_line(reader, index);
		mmr_index_close(index);
	}
	mmr_close(reader);
	return err;
}

static int index_mapped(void)
{
	return build_and_ask(LARGE, MMR_BACKING_MAPPED);
}

static int index_unmapped(void)
{
	return build_and_ask(LARGE, MMR_BACKING_UNMAPPED);
}

static int extend_and_ask(mmr_reader *reader, mmr_index *index)
{
	mmr_index_info before, after;
	int err = mmr_refresh(reader);

	if (err != MMR_ENOROOM)
		err = TRY_ALONE(err);
	if (err <= 0)
		return err;
	mmr_index_describe(index, &before);
	err = TRY_ALONE(mmr_index_extend(index, NULL));
	mmr_index_describe(index, &after);
	must(after.covered == (err < 0 ? before.covered : mmr_size(reader)),
		"it covers other bytes");
	return err < 0 ? err : ask(reader, index);
}

/* Extends an index of a file that has grown. */
static int extend(void)
{
	mmr_reader *reader;
	mmr_index *index;
	int err, fd;

	inject_stop();
	fd = open("growing", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && ftruncate(fd, 100000) == 0, "no file");
	inject_start();
	err = TRY(reader, mmr_open("growing", NULL, &reader));
	if (err == 0) {
		err = build(reader, &index);
		if (err == 0) {
			must(ftruncate(fd, 300000) == 0, "cannot extend the file");
			err = extend_and_ask(reader, index);
			mmr_index_close(index);
		}
		mmr_close(reader);
	}
	inject_stop();
	close(fd);
	unlink("growing");
	return err;
}

/* --- Indexes in files ------------------------------------------------------------------------- */

#define SAVED "large.mmri"

/* Removes the temporary files of indexes. Returns: whether there were some. */
static bool remove_litter(void)
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	bool found = false;

	while (folder && (entry = readdir(folder))) {
		if (!strstr(entry->d_name, ".mmri."))
			continue;
		found = true;
		unlink(entry->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

/* Loads or makes the index of a file, and asks it. */
static int open_and_ask(const char *path, bool make)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_index *index;
	int err;

	scan.n_threads = N_THREADS;
	err = TRY(reader, mmr_open(path, NULL, &reader));
	if (err < 0)
		return err;
	err = make ? TRY(index, mmr_index_make(reader, &scan, NULL, &index))
		   : TRY(index, mmr_index_load(reader, &scan, NULL, &index));
	if (err == 0) {
		err = ask(reader, index);
		mmr_index_close(index);
	}
	mmr_close(reader);
	return err;
}

/* Without faults. */
static void prepare(bool has_index)
{
	inject_stop();
	saved_least = 0;
	unlink(SAVED);
	if (has_index)
		must(open_and_ask(LARGE, true) == 0, "no index");
	inject_start();
}

static int clean_up(int err)
{
	inject_stop();
	must(!remove_litter(), "a temporary file is left");
	unlink(SAVED);
	return err;
}

static int index_make(void)
{
	prepare(false);
	return clean_up(open_and_ask(LARGE, true));
}

static int index_load(void)
{
	prepare(true);
	return clean_up(open_and_ask(LARGE, false));
}

/* In a folder, the name of the file depends on the path of the data. */
static int index_in_folder(void)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_reader *reader;
	char path[200];
	size_t len;
	int err;

	options.place = ".";
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	err = TRY(len, mmr_index_path(reader, NULL, &options, path, sizeof(path), &len));
	if (err == 0)
		note(len);
	mmr_close(reader);
	return err;
}

static int verify_all(mmr_reader *reader)
{
	mmr_index *index;
	int err = TRY(index, mmr_index_load(reader, NULL, NULL, &index));

	if (err < 0)
		return err;
	err = TRY_ALONE(mmr_index_verify(index, NULL));
	mmr_index_close(index);
	return err;
}

static int index_verify(void)
{
	mmr_reader *reader;
	int err;

	prepare(true);
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = verify_all(reader);
		mmr_close(reader);
	}
	return clean_up(err);
}

/* Makes the parts of an index and joins them. */
static int join_all(mmr_reader *reader)
{
	mmr_index *index;
	uint64_t k;
	int err = 0;

	for (k = 1; err == 0 && k <= 2; k++)
		err = TRY_ALONE(mmr_index_make_part(reader, NULL, NULL, k, 2));
	if (err == 0)
		err = TRY(index, mmr_index_join(reader, NULL, NULL, 2, &index));
	if (err < 0)
		return err;
	err = ask(reader, index);
	mmr_index_close(index);
	return err;
}

static int index_join(void)
{
	mmr_reader *reader;
	int err;

	prepare(false);
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = join_all(reader);
		mmr_close(reader);
	}
	inject_stop();
	unlink(SAVED ".1-2");
	unlink(SAVED ".2-2");
	return clean_up(err);
}

/* Makes the index of a file that had another one, in a process that is killed at a call. Returns:
 * whether it was. */
static bool is_killed(long nth)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		inject_die_at(nth);
		_exit(open_and_ask("growing", true) < 0);
	}
	must(child > 0 && waitpid(child, &status, 0) == child, "no process");
	must(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "the index was not made");
	return WIFSIGNALED(status);
}

/* Whenever a process is killed, there is the old index or the new one. */
static int index_killed(void)
{
	char line[64];
	long nth = 0;
	int fd, i;

	inject_stop();
	saved_least = 0;
	fd = open("growing", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	memset(line, '\n', sizeof(line));
	do {
		for (i = 0; i < 300; i++)
			must(write(fd, line, sizeof(line)) == sizeof(line), "no file");
		if (nth == 0)
			must(open_and_ask("growing", true) == 0, "no index");
		must(open_and_ask("growing", false) == 0, "a process that was killed left none");
	} while (is_killed(++nth));
	must(nth > 20, "nothing was killed");
	close(fd);
	unlink("growing");
	unlink("growing.mmri");
	remove_litter();
	inject_start();
	return 0;
}

const struct scenario inject_index_scenarios[] = {
	{"index_mapped", index_mapped},
	{"index_unmapped", index_unmapped},
	{"index_extend", extend},
	{"index_make", index_make},
	{"index_load", index_load},
	{"index_in_folder", index_in_folder},
	{"index_join", index_join},
	{"index_verify", index_verify},
	{"index_killed", index_killed},
	{NULL, NULL},
};
