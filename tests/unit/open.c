/* open.c - inputs and options that are refused, with their messages, and limits of opening
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const mmr_reader_options plain_options = MMR_READER_OPTIONS_INIT;
/* The value of an output that a call must not change. */
static mmr_reader *const untouched = (mmr_reader *)(uintptr_t)64;

static void must_refuse_path(
	const char *path, const mmr_reader_options *options, int code, const char *word)
{
	mmr_reader *reader = untouched;
	int err = mmr_open(path, options, &reader);

	MUST(err == code, "%s: %d instead of %d", path, err, code);
	MUST(reader == untouched, "%s: the output was touched", path);
	MUST(strstr(mmr_last_error(), "open") && strstr(mmr_last_error(), path) &&
			strstr(mmr_last_error(), mmr_strerror(code)) &&
			strstr(mmr_last_error(), word),
		"%s: '%s'", path, mmr_last_error());
}

static void must_refuse_fd(int fd, const mmr_reader_options *options, int code)
{
	mmr_reader *reader = untouched;
	int err = mmr_open_fd(fd, options, &reader);

	MUST(err == code, "descriptor %d: %d instead of %d", fd, err, code);
	MUST(reader == untouched, "the output was touched");
	MUST(strstr(mmr_last_error(), mmr_strerror(code)), "'%s'", mmr_last_error());
}

START_TEST(test_open_refuses_inputs_that_cannot_be_read)
{
	static char bytes[20000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	must_refuse_path("/", NULL, -EISDIR, "name a file");
	must_refuse_path("/nonexistent", NULL, -ENOENT, "");
	must_refuse_path("", NULL, -ENOENT, "");

	must_refuse_fd(-1, NULL, -EBADF);
	fd = open(temp.path, O_WRONLY);
	must_refuse_fd(fd, NULL, -EBADF);
	close(fd);
	must_refuse_fd(fd, NULL, -EBADF);
#if defined(O_PATH)
	fd = open(temp.path, O_PATH);
	must_refuse_fd(fd, NULL, -EBADF);
	close(fd);
#endif
	fd = open("/", O_RDONLY);
	must_refuse_fd(fd, NULL, -EISDIR);
	close(fd);
	/* A socket in the file system cannot be opened by its path. */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	temp_close(&temp);
	memcpy(address.sun_path, temp.path,
		min_size(strlen(temp.path), sizeof(address.sun_path) - 1));
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	must_refuse_path(address.sun_path, NULL, -ENXIO, "");
	unlink(address.sun_path);
	close(fd);
}
END_TEST

/* A stream has no backing but STREAM, and no range. A refused stream is not read. */
START_TEST(test_open_refuses_streams_as_files)
{
	static const enum mmr_backing_kind backings[] = {
		MMR_BACKING_MAPPED, MMR_BACKING_COPIED, MMR_BACKING_UNMAPPED};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	int ends[2], pair[2];
	size_t i;
	char byte;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "y", 1), 1);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (i = 0; i < ARRAY_LEN(backings); i++) {
		options.backing = backings[i];
		must_refuse_path("/dev/null", &options, MMR_ESTREAM, "to a file");
		must_refuse_path("/dev/zero", &options, MMR_ESTREAM, "to a file");
		must_refuse_fd(ends[0], &options, MMR_ESTREAM);
		must_refuse_fd(pair[0], &options, MMR_ESTREAM);
	}
	for (i = 0; i < 6; i++) {
		options = plain_options;
		options.backing = i % 2 ? MMR_BACKING_STREAM : MMR_BACKING_AUTO;
		options.offset = i < 4 ? 1 : 0;
		options.length = i < 2 ? MMR_REST : 0;
		must_refuse_path("/dev/null", &options, -ESPIPE, "range");
		must_refuse_fd(ends[0], &options, -ESPIPE);
		must_refuse_fd(pair[0], &options, -ESPIPE);
	}
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

START_TEST(test_open_refuses_fifos_without_opening_them)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open("x", 1);
	pid_t writer;
	int i, status;

	temp_close(&temp);
	ck_assert_int_eq(mkfifo(temp.path, 0600), 0);
	options.backing = MMR_BACKING_COPIED;
	/* Without a writer, the error comes at once, and no descriptor remains open. */
	must_refuse_path(temp.path, &options, MMR_ESTREAM, "to a file");
	ck_assert_int_eq(open(temp.path, O_WRONLY | O_NONBLOCK), -1);
	ck_assert_int_eq(errno, ENXIO);
	/* A writer that waits for a reader continues to wait. */
	writer = fork();
	if (writer == 0) {
		i = open(temp.path, O_WRONLY);
		_exit(i < 0);
	}
	for (i = 0; i < 20; i++) {
		usleep(5000);
		must_refuse_path(temp.path, &options, MMR_ESTREAM, "to a file");
	}
	ck_assert_int_eq(waitpid(writer, &status, WNOHANG), 0);
	kill(writer, SIGKILL);
	ck_assert_int_eq(waitpid(writer, &status, 0), writer);
	unlink(temp.path);
}
END_TEST

START_TEST(test_open_refuses_bad_options)
{
	struct temp temp = temp_open("x", 1);
	mmr_reader_options bad[4];
	mmr_reader *reader = untouched;
	size_t i;

	for (i = 0; i < ARRAY_LEN(bad); i++)
		bad[i] = plain_options;
	bad[0].struct_size = 0;
	bad[1].struct_size--;
	bad[2].backing = MMR_BACKING_CALLER;
	bad[3].backing = (enum mmr_backing_kind)6;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(mmr_open(temp.path, &bad[i], &reader), -EINVAL);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "MMR_READER_OPTIONS_INIT"));
		ck_assert_int_eq(mmr_open_fd(temp.fd, &bad[i], &reader), -EINVAL);
		ck_assert_ptr_eq(reader, untouched);
	}
	/* A larger struct of a newer program is accepted. */
	bad[0].struct_size = sizeof(bad[0]) + 8;
	ck_assert_int_eq(mmr_open(temp.path, &bad[0], &reader), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A reserve that is larger than the address space is ignored. */
START_TEST(test_open_with_a_reserve_beyond_the_address_space)
{
	static const uint64_t reserves[] = {UINT64_MAX, UINT64_MAX - 4096, INT64_MAX};
	static char bytes[30000];
	struct temp temp, empty = temp_open(NULL, 0);
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct chance chance = {31};
	mmr_reader *reader;
	size_t i;

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	temp = temp_open(bytes, sizeof(bytes));
	for (i = 0; i < ARRAY_LEN(reserves); i++) {
		struct setting setting = {"reserve", NULL, {bytes, sizeof(bytes)}, true};

		options = plain_options;
		options.reserve = reserves[i];
		ck_assert_int_eq(mmr_open(temp.path, &options, &setting.reader), 0);
		ck_assert_int_eq(mmr_backing(setting.reader), MMR_BACKING_MAPPED);
		must_read_the_same(&setting, &chance);
		mmr_close(setting.reader);
		/* If COPIED is requested, the reserve is ignored, so this succeeds, too. */
		options.backing = MMR_BACKING_COPIED;
		ck_assert_int_eq(mmr_open(empty.path, &options, &reader), 0);
		ck_assert_int_eq(mmr_backing(reader), MMR_BACKING_COPIED);
		ck_assert_uint_eq(mmr_size(reader), 0);
		mmr_close(reader);
	}
	temp_close(&temp);
	temp_close(&empty);
}
END_TEST

/* stat(2) reports size 0 for /proc/self/pagemap, but it has 8 bytes for each page of the address
 * space, and reads of fewer bytes fail. */
START_TEST(test_open_of_a_pseudo_file_above_the_limit)
{
	static const char path[] = "/proc/self/pagemap";
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader = untouched;
	uint64_t heap = heap_in_use();
	char word[8];
	int fd = open(path, O_RDONLY);

	if (fd < 0 || pread(fd, word, sizeof(word), (off_t)65 << 20) != sizeof(word))
		CHECK_SKIP("no readable /proc/self/pagemap");
	ck_assert_int_eq(mmr_open(path, NULL, &reader), -EFBIG);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), path));
	ck_assert_ptr_eq(reader, untouched);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	options.offset = (uintptr_t)path / (uint64_t)sysconf(_SC_PAGESIZE) * sizeof(word);
	options.length = sizeof(word);
	ck_assert_int_eq(mmr_open(path, &options, &reader), 0);
	ck_assert_int_eq(pread(fd, word, sizeof(word), (off_t)options.offset), sizeof(word));
	ck_assert(mmr_slice_equal(mmr_bytes(reader), (mmr_slice){word, sizeof(word)}));
	mmr_close(reader);
	close(fd);
}
END_TEST

static Suite *open_suite(void)
{
	Suite *suite = suite_create("open");

	ADD_CASE(suite, "limits", test_open_with_a_reserve_beyond_the_address_space,
		test_open_of_a_pseudo_file_above_the_limit);
	ADD_CASE(suite, "faults", test_open_refuses_inputs_that_cannot_be_read,
		test_open_refuses_streams_as_files, test_open_refuses_fifos_without_opening_them,
		test_open_refuses_bad_options);
	return suite;
}

CHECK_MAIN(open_suite)
