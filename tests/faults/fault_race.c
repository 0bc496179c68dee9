/* fault_race.c - every call that reads, on a file that is cut and grows back again and again
 *
 *	fault_race [CUTS]
 *
 * The file is intact when a call starts; while it runs, a child cuts the file at 0, at a page or
 * within one. In every way in turn the call must return the right answer or MMR_ETRUNCATED,
 * without a crash. Prints the counts of results; exit 1 if one is wrong.
 *
 * Every other time the file grows back at once, with its old content. A reader that did not
 * access it in between cannot notice the cut, and only mmr_check reports it, by the timestamps.
 * If the file stays cut, a call on the whole file must report it.
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char same[SCENE_SIZE];
static char path[256];

static unsigned n_cuts;
static struct {
	unsigned whole, cut, wrong;
	unsigned unsure[2]; /* of views, of whole files */
} n_calls;

/* --- The child --- */

static uint64_t chance_state = 1;

/* xorshift64, by George Marsaglia. */
static size_t chance_below(size_t limit)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (size_t)(chance_state % limit);
}

static size_t choose_cut(void)
{
	static const size_t favourites[] = {0, SCENE_BAD, SCENE_BAD + 1234, SCENE_SIZE - 1};
	size_t choice = chance_below(8);

	if (choice < ARRAY_LEN(favourites))
		return favourites[choice];
	/* Returns: any offset, or the offset of a page. */
	choice = chance_below(SCENE_SIZE);
	return choice % 2 ? choice : choice / 4096 * 4096;
}

/* Whose turn it is, in memory that both processes share. */
enum turn {
	TURN_OPEN, /* the file is intact: open it */
	TURN_CUT,  /* a call is about to run: cut it */
	TURN_OVER
};
struct shared {
	_Atomic(int) turn;
	_Atomic(bool) patient; /* the file stays cut */
	_Atomic(bool) done;    /* the call has ended */
};
static struct shared *shared;

static void wait_while(int unwanted)
{
	while (atomic_load(&shared->turn) == unwanted)
		sched_yield();
}

/* Delays from microseconds to milliseconds, so that short and long calls are interrupted. */
static void pause_a_little(void)
{
	struct timespec pause = {0, 500L << chance_below(14)};

	nanosleep(&pause, NULL);
}

static _Noreturn void flicker(void)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t at, len;

	for (;;) {
		wait_while(TURN_OPEN);
		if (atomic_load(&shared->turn) == TURN_OVER)
			_exit(0);
		at = choose_cut();
		len = SCENE_SIZE - at;
		pause_a_little();
		if (ftruncate(fd, (off_t)at) < 0)
			_exit(1);
		pause_a_little();
		while (atomic_load(&shared->patient) && !atomic_load(&shared->done))
			sched_yield();
		if (pwrite(fd, same + at, len, (off_t)at) != (ssize_t)len)
			_exit(1);
		atomic_store(&shared->turn, TURN_OPEN);
	}
}

/* --- The readers --- */

static int run_row(const struct row *row, struct scene *scene)
{
	scene->bytes = mmr_bytes(scene->reader);
	scene->word = scene->bytes;
	if (scene->word.len > 0) {
		scene->word.ptr += SCENE_BAD;
		scene->word.len = FAULT_LINE_LEN;
	}
	return row->run(scene);
}

static void report(const struct row *row, const struct scene *scene, int err)
{
	n_calls.wrong++;
	fprintf(stderr, "%s, way %d: %d, mmr_check %d (last error: %s)\n", row->covers,
		(int)scene->way, err, mmr_check(scene->reader), mmr_last_error());
}

/* Views report a cut by mmr_check only. */
static bool may_be_unsure(const struct row *row)
{
	return row->flags & ROW_SLICE || !atomic_load(&shared->patient);
}

/* Opens the file, runs one call and judges the result. */
static void call(const struct row *row, enum way way)
{
	static const enum mmr_backing_kind backings[N_WAYS] = {MMR_BACKING_MAPPED,
		MMR_BACKING_MAPPED, MMR_BACKING_COPIED, MMR_BACKING_MAPPED, MMR_BACKING_MAPPED,
		MMR_BACKING_UNMAPPED};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct scene scene = {.fault = FAULT_CUT_IN_PAGE, .way = way, .path = path};
	int err;

	scene.n_threads = 1 + (unsigned)chance_below(8);
	scene.same.ptr = same;
	scene.same.len = sizeof(same);
	scene.io_mode = way_io_mode(way);
	scene.window = way == WAY_PAGES ? 4096 : 0;
	options.backing = backings[way];
	wait_while(TURN_CUT);
	err = mmr_open(path, &options, &scene.reader);
	if (err < 0) {
		perror(path);
		exit(99);
	}
	atomic_store(&shared->patient, n_cuts++ % 2);
	atomic_store(&shared->done, false);
	atomic_store(&shared->turn, TURN_CUT);
	err = run_row(row, &scene);
	if (err == 0 || (way == WAY_UNMAPPED && err == MMR_ENOMAP) ||
		(row->flags & ROW_STAT && err == MMR_ECHANGED))
		n_calls.whole++;
	else if (err == MMR_ETRUNCATED)
		n_calls.cut++;
	else if (err == WRONG && mmr_check(scene.reader) < 0 && may_be_unsure(row))
		n_calls.unsure[!(row->flags & ROW_SLICE)]++;
	else
		report(row, &scene, err);
	mmr_close(scene.reader);
	atomic_store(&shared->done, true);
}

static void call_all(const struct row *rows, size_t n_rows, enum way way)
{
	size_t i;

	for (i = 0; i < n_rows; i++)
		if (!(way == WAY_UNMAPPED && rows[i].flags & ROW_NO_CODE))
			call(&rows[i], way);
}

static bool write_file(void)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool well = fd >= 0 && write(fd, same, sizeof(same)) == (ssize_t)sizeof(same);

	if (fd >= 0)
		close(fd);
	return well;
}

int main(int argc, char **argv)
{
	unsigned wanted = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 300;
	const char *folder = getenv("TMPDIR");
	int status = 1;
	unsigned way;
	pid_t child;

	snprintf(path, sizeof(path), "%s/mmreader-race-%ld", folder ? folder : "/tmp",
		(long)getpid());
	fault_fill(0, same, sizeof(same));
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || !write_file() || mmr_guard_install() < 0)
		return perror(path), 99;
	atomic_init(&shared->turn, TURN_OPEN);
	child = fork();
	if (child == 0)
		flicker();
	for (way = 0; child > 0 && n_cuts < wanted; way++) {
		call_all(slice_rows, n_slice_rows, (enum way)(way % N_WAYS));
		call_all(view_rows, n_view_rows, (enum way)(way % N_WAYS));
		call_all(file_rows, n_file_rows, (enum way)(way % N_WAYS));
		call_all(unit_rows, n_unit_rows, (enum way)(way % N_WAYS));
		call_all(compare_rows, n_compare_rows, (enum way)(way % N_WAYS));
		call_all(sorted_rows, n_sorted_rows, (enum way)(way % N_WAYS));
	}
	wait_while(TURN_CUT);
	atomic_store(&shared->turn, TURN_OVER);
	waitpid(child, &status, 0);
	unlink(path);
	printf("%u cuts: %u calls finished in time, %u reported the cut, %u views and %u calls "
	       "on whole files leave it to mmr_check; %u wrong\n",
		n_cuts, n_calls.whole, n_calls.cut, n_calls.unsure[0], n_calls.unsure[1],
		n_calls.wrong);
	if (child < 0 || status != 0)
		fprintf(stderr, "the file was not cut as often as expected\n");
	/* A race without any cut during a call tests nothing. */
	return status != 0 || n_calls.wrong > 0 || n_calls.cut == 0;
}
