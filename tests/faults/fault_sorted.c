/* fault_sorted.c - calls that search for keys, and samples
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

/* Reads a few lines around the fault: all have the same key. */
static int bisect(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_slice wanted = mmr_slice_of("a,71");
	mmr_key key = MMR_KEY_INIT;
	uint64_t start = 0, stop = 0;
	int err;

	key.kind = MMR_KEY_FORM;
	scan.offset = SCENE_BAD - 4096;
	scan.length = 8192;
	err = mmr_bisect(scene->reader, &scan, &key, wanted, MMR_BOUND_LOWER, &start);
	if (err >= 0)
		err = mmr_bisect(scene->reader, &scan, &key, wanted, MMR_BOUND_UPPER, &stop);
	return judge(err, start == scan.offset && stop == scan.offset + scan.length);
}

struct found {
	uint64_t n;
	bool wrong;
};

static int on_line(void *context, const mmr_found_line *line)
{
	struct found *found = context;

	found->wrong |= line->off != found->n * FAULT_LINE_LEN || line->bytes.len != FAULT_LINE_LEN;
	found->n++;
	return 0;
}

/* A sample of all lines. */
static int sample(const struct scene *scene)
{
	mmr_pattern pattern = {mmr_slice_of(""), false};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	struct found found = {0, false};
	mmr_search *search;
	int err = mmr_search_compile(&pattern, 1, NULL, &search);

	if (err < 0)
		return err;
	how.sample = SCENE_N_LINES;
	err = mmr_search_lines(search, scene->reader, &scan, &how, on_line, &found);
	mmr_search_close(search);
	return found.wrong ? WRONG : judge(err, found.n == SCENE_N_LINES);
}

const struct row sorted_rows[] = {
	{"mmr_bisect", ROW_PREAD, bisect},
	{"mmr_search_lines", ROW_EITHER, sample},
};
const size_t n_sorted_rows = ARRAY_LEN(sorted_rows);
