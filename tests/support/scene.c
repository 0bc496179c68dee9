/* scene.c - a folder with files that grow, are truncated and are replaced under a follower
 *
 * SPDX-License-Identifier: MIT */
#include "scene.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

static char folder[256];
static int before = -1; /* the working folder before scene_open */

void scene_open(void)
{
	const char *parent = getenv("TMPDIR");

	before = open(".", O_RDONLY | O_CLOEXEC);
	snprintf(folder, sizeof(folder), "%s/mmreader-scene-XXXXXX", parent ? parent : "/tmp");
	MUST(before >= 0 && mkdtemp(folder) && chdir(folder) == 0, "%s: %s", folder,
		strerror(errno));
}

static void empty(void)
{
	DIR *listing = opendir(".");
	struct dirent *entry;

	while (listing && (entry = readdir(listing)))
		if (unlink(entry->d_name) < 0)
			rmdir(entry->d_name);
	if (listing)
		closedir(listing);
}

void scene_close(void)
{
	empty();
	MUST(fchdir(before) == 0 && rmdir(folder) == 0, "%s: %s", folder, strerror(errno));
	close(before);
}

static void write_file(const char *name, const char *text, int flags)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
	size_t len = strlen(text);

	MUST(fd >= 0 && write(fd, text, len) == (ssize_t)len, "%s: %s", name, strerror(errno));
	close(fd);
}

void scene_put(const char *name, const char *text)
{
	write_file(name, text, O_TRUNC);
}

void scene_append(const char *name, const char *text)
{
	write_file(name, text, O_APPEND);
}

void scene_rename(const char *from, const char *to)
{
	MUST(rename(from, to) == 0, "rename %s to %s: %s", from, to, strerror(errno));
}

unsigned scene_n_descriptors(void)
{
	DIR *listing = opendir("/proc/self/fd");
	unsigned n = 0;

	while (listing && readdir(listing))
		n++;
	if (listing)
		closedir(listing);
	return n;
}

struct manner {
	bool polling;
	enum mmr_backing_kind backing;
};

static const struct manner manners[N_MANNERS] = {
	{false, MMR_BACKING_UNMAPPED}, {true, MMR_BACKING_UNMAPPED}, {false, MMR_BACKING_MAPPED}};

mmr_follow_options options_of(int number)
{
	mmr_follow_options options = MMR_FOLLOW_OPTIONS_INIT;

	options.polling = manners[number].polling;
	options.backing = manners[number].backing;
	/* A missing file is reported at once. */
	options.gone_after = 0;
	options.look_every = 5;
	return options;
}

mmr_follow *open_with(const mmr_follow_options *options)
{
	mmr_follow *follow;

	MUST(mmr_follow_open(options, &follow) == 0, "%s", mmr_last_error());
	return follow;
}

mmr_follow *follow_log(int number)
{
	mmr_follow_options options = options_of(number);
	mmr_follow *follow = open_with(&options);

	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 0);
	return follow;
}

mmr_follow_event must_get(mmr_follow *follow, enum mmr_follow_kind kind)
{
	mmr_follow_event event = {.kind = kind};

	MUST(mmr_follow_next(follow, 10000, &event) == 1, "no event instead of %d", (int)kind);
	MUST(event.kind == kind, "event %d instead of %d: [%llu, %llu) of file %d, code %d",
		(int)event.kind, (int)kind, (unsigned long long)event.start,
		(unsigned long long)event.stop, event.file, event.code);
	return event;
}

mmr_follow_event must_grow(mmr_follow *follow, const char *text)
{
	mmr_follow_event event = must_get(follow, MMR_FOLLOW_GREW);
	size_t len = (size_t)(event.stop - event.start), got = 0;
	char bytes[4096];

	MUST(len < sizeof(bytes), "%zu bytes", len);
	MUST(mmr_size(event.reader) >= event.stop, "the reader ends before the event");
	MUST(mmr_read_at(event.reader, event.start, bytes, len, &got) == 0, "%s", mmr_last_error());
	bytes[got] = '\0';
	ck_assert_str_eq(bytes, text);
	if (mmr_backing(event.reader) == MMR_BACKING_MAPPED)
		MUST(memcmp(mmr_bytes(event.reader).ptr + event.start, text, len) == 0,
			"the map has other bytes");
	return event;
}

void must_be_quiet(mmr_follow *follow)
{
	mmr_follow_event event;

	if (mmr_follow_next(follow, 0, &event) != 0)
		ck_abort_msg("event %d of file %d", (int)event.kind, event.file);
}

void add_manners(Suite *suite, const TTest *const tests[])
{
	TCase *manners_case = tcase_create("core");

	tcase_add_checked_fixture(manners_case, scene_open, scene_close);
	tcase_set_timeout(manners_case, 60);
	for (; *tests; tests++)
		tcase_add_loop_test(manners_case, *tests, 0, N_MANNERS);
	suite_add_tcase(suite, manners_case);
}
