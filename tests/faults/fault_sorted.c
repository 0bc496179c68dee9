/* fault_sorted.c - calls that search for keys
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

const struct row sorted_rows[] = {
	{"mmr_bisect", ROW_PREAD, bisect},
};
const size_t n_sorted_rows = ARRAY_LEN(sorted_rows);
