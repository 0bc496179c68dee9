/* per_hour.c - counts the lines of a log that contain a text, for each hour
 *
 *	per_hour TEXT FILE
 *
 * The hour is the start of the line up to its first colon, as in "2024-05-01 12:34:56 ...". Several
 * threads search. The lines that match are counted in the order of the file.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct hour {
	mmr_slice name;
	uint64_t n_lines;
};

struct hours {
	mmr_intern *pool;
	struct hour *all; /* by the id that the pool has given to the name */
	size_t room;
};

static int add_hour(struct hours *hours, uint32_t id)
{
	size_t room = 2 * hours->room + 64;
	struct hour *all = hours->all;

	if (id >= hours->room) {
		all = realloc(all, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		hours->all = all;
		hours->room = room;
	}
	all[id].n_lines = 0;
	return mmr_intern_text(hours->pool, id, &all[id].name);
}

static int count_line(void *context, const mmr_found_line *line)
{
	mmr_fields fields = mmr_fields_of(line->bytes, ':');
	struct hours *hours = context;
	mmr_slice name = line->bytes;
	uint32_t id;
	int is_new;

	mmr_fields_next(&fields, &name);
	is_new = mmr_intern_add(hours->pool, name, &id);
	if (is_new > 0)
		is_new = add_hour(hours, id);
	if (is_new < 0)
		return is_new;
	hours->all[id].n_lines++;
	return 0;
}

static int count(const char *text, const char *path, struct hours *hours)
{
	const mmr_pattern pattern = {.text = mmr_slice_of(text)};
	mmr_search *search = NULL;
	mmr_reader *file = NULL;
	int err;

	err = mmr_intern_open(NULL, &hours->pool);
	if (err == 0)
		err = mmr_search_compile(&pattern, 1, NULL, &search);
	if (err == 0)
		err = mmr_open(path, NULL, &file);
	if (err == 0)
		err = mmr_search_lines(search, file, NULL, NULL, count_line, hours);
	mmr_close(file);
	mmr_search_close(search);
	return err;
}

static int by_name(const void *a, const void *b)
{
	const struct hour *left = a, *right = b;

	return mmr_slice_compare(left->name, right->name);
}

static int print(struct hour *all, size_t n)
{
	size_t i;

	if (n > 0)
		qsort(all, n, sizeof(*all), by_name);
	for (i = 0; i < n; i++) {
		printf("%" PRIu64 "\t", all[i].n_lines);
		fwrite(all[i].name.ptr, 1, all[i].name.len, stdout);
		putchar('\n');
	}
	return fflush(stdout) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
	struct hours hours = {0};
	int err;

	if (argc != 3)
		return fprintf(stderr, "usage: per_hour TEXT FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = count(argv[1], argv[2], &hours);
	if (err == 0)
		err = print(hours.all, mmr_intern_count(hours.pool));
	if (err < 0)
		fprintf(stderr, "per_hour: %s\n", mmr_last_error());
	free(hours.all);
	mmr_intern_close(hours.pool);
	return err < 0 ? 2 : 0;
}
