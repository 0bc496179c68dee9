/* fault_compare.c - the call that compares two readers
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

/* Compares the file with a copy of it in memory, as the first or the second side. */
static int compare(const struct scene *scene, bool second)
{
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	mmr_comparison found = {.failed = 0};
	mmr_reader *same;
	int err = mmr_open_memory(scene->same.ptr, scene->same.len, &same);

	if (err < 0)
		return err;
	options.lines = true;
	err = mmr_compare(second ? same : scene->reader, &scan, second ? scene->reader : same,
		&scan, &options, &found);
	mmr_close(same);
	if (err < 0 && found.failed != (second ? 2 : 1))
		return WRONG;
	return judge(err, err == 0 && found.compared == SCENE_SIZE && found.different == 0);
}

static int compare_first(const struct scene *scene)
{
	return compare(scene, false);
}

static int compare_second(const struct scene *scene)
{
	return compare(scene, true);
}

const struct row compare_rows[] = {
	{"mmr_compare", 0, compare_first},
	{"mmr_compare", 0, compare_second},
};
const size_t n_compare_rows = ARRAY_LEN(compare_rows);
