/* follow_random.c - a thread writes to a log, rotates and truncates it; a follower reads it
 *
 * The oracle is what the writer has written. The writer waits only where the contract needs it: a
 * truncation loses bytes that were not read, and a rotation hides a file that had the path while
 * eight others were open.
 *
 * SPDX-License-Identifier: MIT */
#include "scene.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#define N_STEPS  2000
#define N_BYTES  ((size_t)4 << 20)
#define LAST     "the end\n"
#define LAST_LEN (sizeof(LAST) - 1)

/* All bytes that were written, in order. */
static char written[N_BYTES];
static _Atomic(size_t) n_written;
static _Atomic(size_t) n_read;
static _Atomic(unsigned) n_opened; /* files that the follower has opened */

struct writer {
	struct chance chance;
	int fd;
	unsigned n_files;
};

static void open_log(struct writer *writer)
{
	writer->fd = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	MUST(writer->fd >= 0, "log: %s", strerror(errno));
	writer->n_files++;
}

/* Writes bytes in one call or in several. */
static void write_some(struct writer *writer, const char *bytes, size_t len)
{
	size_t start = atomic_load(&n_written), done = 0;

	memcpy(written + start, bytes, len);
	/* Before they are in the file, so that the reader never has more than this. */
	atomic_store(&n_written, start + len);
	while (done < len) {
		size_t step = 1 + chance_below(&writer->chance, len - done);

		MUST(write(writer->fd, bytes + done, step) == (ssize_t)step, "write: %s",
			strerror(errno));
		done += step;
	}
}

static void write_line(struct writer *writer)
{
	static const size_t lengths[] = {1, 2, 40, 400, 4097};
	char line[5000];
	size_t len = 1 + chance_below(&writer->chance, lengths[chance_below(&writer->chance, 5)]);

	chance_fill(&writer->chance, line, len, mmr_slice_of("abcdefgh\n"));
	write_some(writer, line, len);
}

static void wait_for_reader(void)
{
	while (atomic_load(&n_read) < atomic_load(&n_written))
		sched_yield();
}

/* Gives the path to a new file. The old one gets more bytes before the new one gets its first. */
static void rotate(struct writer *writer)
{
	char name[32];
	int old = writer->fd, fresh;
	size_t i;

	snprintf(name, sizeof(name), "log.%u", writer->n_files % 20);
	scene_rename("log", name);
	if (chance_below(&writer->chance, 2))
		write_line(writer);
	open_log(writer);
	fresh = writer->fd;
	writer->fd = old;
	for (i = chance_below(&writer->chance, 3); i > 0; i--)
		write_line(writer);
	writer->fd = fresh;
	close(old);
	/* The new file is seen before it loses the path. */
	while (atomic_load(&n_opened) < writer->n_files)
		sched_yield();
}

static void cut(struct writer *writer)
{
	wait_for_reader();
	MUST(ftruncate(writer->fd, 0) == 0, "ftruncate: %s", strerror(errno));
}

static void *write_all(void *arg)
{
	struct writer *writer = arg;
	int step;

	for (step = 0; step < N_STEPS && atomic_load(&n_written) < N_BYTES - 65536; step++) {
		size_t what = chance_below(&writer->chance, 100);

		if (what < 88)
			write_line(writer);
		else if (what < 94)
			rotate(writer);
		else
			sched_yield();
	}
	write_some(writer, LAST, LAST_LEN);
	close(writer->fd);
	return NULL;
}

/* Truncates the log only when all of it was read, and then writes less than was there, so that the
 * truncation can be seen. */
static void *write_and_cut(void *arg)
{
	struct writer *writer = arg;
	int step, i;

	for (step = 0; step < 400; step++) {
		for (i = 0; i < 3; i++)
			write_some(writer, "0123456789abcdefghijklmnopqrst\n", 31);
		cut(writer);
		write_some(writer, "after a cut\n", 12);
		wait_for_reader();
	}
	write_some(writer, LAST, LAST_LEN);
	close(writer->fd);
	return NULL;
}

/* Compares bytes with those that were written. */
static void compare(const mmr_follow_event *event, uint64_t stop)
{
	static char bytes[1 << 16];
	size_t at = atomic_load(&n_read), got;
	uint64_t off;

	for (off = event->start; off < stop; off += got) {
		size_t wanted = (size_t)min_u64(stop - off, sizeof(bytes));

		MUST(mmr_read_at(event->reader, off, bytes, wanted, &got) == 0, "%s",
			mmr_last_error());
		MUST(got == wanted && at + got <= atomic_load(&n_written), "too many bytes");
		MUST(memcmp(bytes, written + at, got) == 0,
			"other bytes after %zu bytes, at %llu of the file", at,
			(unsigned long long)off);
		at += got;
	}
	atomic_store(&n_read, at);
}

/* Whether the last line ends here in what was written. */
static bool is_last(size_t stop)
{
	return stop >= LAST_LEN && memcmp(written + stop - LAST_LEN, LAST, LAST_LEN) == 0;
}

/* Reads until the last line. Some bytes are given back, and come again. */
static void read_all(mmr_follow *follow, struct chance *chance)
{
	mmr_follow_event event;

	while (!is_last(atomic_load(&n_read))) {
		uint64_t stop;

		MUST(mmr_follow_next(follow, 20000, &event) == 1, "no event after %zu of %zu bytes",
			atomic_load(&n_read), atomic_load(&n_written));
		switch (event.kind) {
		case MMR_FOLLOW_OPENED:
		case MMR_FOLLOW_REPLACED:
			atomic_fetch_add(&n_opened, 1);
			break;
		case MMR_FOLLOW_GREW:
			stop = event.stop;
			/* After the last line, nothing is appended with which bytes could come
			 * again. */
			if (chance && chance_below(chance, 4) == 0 &&
				!is_last(atomic_load(&n_read) + (size_t)(stop - event.start)))
				stop -= min_u64(stop - event.start, chance_below(chance, 9));
			compare(&event, stop);
			MUST(mmr_follow_used(follow, 0, stop, 0) == 0, "%s", mmr_last_error());
			break;
		case MMR_FOLLOW_ENDED:
			compare(&event, event.stop);
			break;
		case MMR_FOLLOW_GONE:
		case MMR_FOLLOW_RETURNED:
			break;
		case MMR_FOLLOW_TRUNCATED:
			MUST(!chance, "truncated");
			break;
		default:
			ck_abort_msg("event %d: %s", (int)event.kind, mmr_last_error());
		}
	}
}

static void run(int manner, void *(*body)(void *arg), bool gives_back, uint64_t seed)
{
	mmr_follow_options options = options_of(manner);
	struct writer writer = {.chance = {seed}};
	struct chance chance = {seed + 1};
	mmr_follow *follow;
	pthread_t thread;

	options.look_every = 1;
	options.changes = gives_back;
	options.limit = chance_below(&chance, 2) ? MMR_REST : 1 + chance_below(&chance, 5000);
	atomic_store(&n_written, 0);
	atomic_store(&n_read, 0);
	atomic_store(&n_opened, 0);
	unlink("log");
	open_log(&writer);
	follow = open_with(&options);
	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 0);
	MUST(pthread_create(&thread, NULL, body, &writer) == 0, "no thread");
	read_all(follow, gives_back ? &chance : NULL);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(atomic_load(&n_read), atomic_load(&n_written));
	mmr_follow_close(follow);
}

START_TEST(test_follow_random_rotations)
{
	uint64_t seed;

	for (seed = 1; seed <= 4; seed++)
		run(_i, write_all, true, seed);
}
END_TEST

START_TEST(test_follow_random_cuts)
{
	run(_i, write_and_cut, false, 1);
}
END_TEST

static Suite *follow_random_suite(void)
{
	const TTest *const tests[] = {test_follow_random_rotations, test_follow_random_cuts, NULL};
	Suite *suite = suite_create("follow_random");

	add_manners(suite, tests);
	return suite;
}

CHECK_MAIN(follow_random_suite)
