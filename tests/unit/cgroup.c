/* cgroup.c - quotas of processors, in trees of files like those of /proc and /sys/fs/cgroup
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#if MMR_LINUX_EXTRAS

#include "os/cgroup.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define V2_MOUNT  "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define CPU_MOUNT "35 32 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
#define SET_MOUNT "36 32 0:32 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
#define OTHER     "22 25 0:20 / /proc rw - proc proc rw\n23 25 0:21 / / rw\n"

#define N_FILES 4

struct tree {
	const char *name, *groups, *mounts;
	struct {
		const char *path, *text;
	} files[N_FILES];
	unsigned wanted;
};

static const struct tree trees[] = {
	{"no files", NULL, NULL, {{NULL, NULL}}, UINT_MAX},
	{"no quota", "0::/a\n", OTHER V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "max 100000\n"}},
		UINT_MAX},
	{"a quota", "0::/a\n", OTHER V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "400000 100000\n"}},
		4},
	{"rounded down", "0::/a\n", V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "399999 100000\n"}}, 3},
	{"less than one", "0::/a\n", V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "1000 100000\n"}}, 1},
	{"above the group", "0::/a/b/c\n", V2_MOUNT,
		{{"/sys/fs/cgroup/a/b/c/cpu.max", "800000 100000\n"},
			{"/sys/fs/cgroup/a/b/cpu.max", "max 100000\n"},
			{"/sys/fs/cgroup/a/cpu.max", "200000 100000\n"}},
		2},
	{"the root of a namespace", "0::/\n", V2_MOUNT,
		{{"/sys/fs/cgroup/cpu.max", "500000 100000\n"}}, 5},
	{"a part is mounted", "0::/box/1/x\n",
		"30 25 0:26 /box/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		{{"/sys/fs/cgroup/x/cpu.max", "max 1000\n"},
			{"/sys/fs/cgroup/cpu.max", "6000 1000\n"}},
		6},
	{"a part of others is mounted", "0::/box/12\n",
		"30 25 0:26 /box/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		{{"/sys/fs/cgroup/cpu.max", "6000 1000\n"}}, UINT_MAX},
	{"a space in the path", "0::/\n", "30 25 0:26 / /sys/fs/c\\040g rw - cgroup2 cgroup2 rw\n",
		{{"/sys/fs/c g/cpu.max", "7000 1000\n"}}, 7},
	{"version 1", "5:cpuset:/s\n4:cpu,cpuacct:/a\n", SET_MOUNT CPU_MOUNT,
		{{"/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "250000\n"},
			{"/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n"}},
		2},
	{"version 1 without a quota", "4:cpuacct,cpu:/\n", CPU_MOUNT,
		{{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
			{"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}},
		UINT_MAX},
	{"both versions", "4:cpu:/\n0::/\n",
		CPU_MOUNT "31 25 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
		{{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n"},
			{"/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"},
			{"/sys/fs/cgroup/unified/cpu.max", "900000 100000\n"}},
		3},
	{"damaged files", "0::/a\n", V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "12 x\n"}}, UINT_MAX},
	{"a period of 0", "0::/a\n", V2_MOUNT, {{"/sys/fs/cgroup/a/cpu.max", "12 0\n"}}, UINT_MAX},
	{"lines that are cut", "0:\n4\n", "30 25 0:26\n30 25 0:26 / /x rw - cgroup2",
		{{NULL, NULL}}, UINT_MAX},
};

/* Writes a file and makes the folders above it. */
static void put(const char *root, const char *path, const char *text)
{
	char name[600], *slash;
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (slash = name + strlen(root); (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		mkdir(name, 0700);
		*slash = '/';
	}
	file = fopen(name, "w");
	MUST(file && fputs(text, file) >= 0, "%s", name);
	fclose(file);
}

static void remove_tree(const char *root)
{
	char command[600];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(test_cgroup_quotas)
{
	const char *folder = getenv("TMPDIR");
	char root[300];
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(trees); i++) {
		const struct tree *tree = &trees[i];
		unsigned got;

		snprintf(root, sizeof(root), "%s/mmreader-cgroup.XXXXXX", folder ? folder : "/tmp");
		ck_assert_ptr_nonnull(mkdtemp(root));
		if (tree->groups)
			put(root, "/proc/self/cgroup", tree->groups);
		if (tree->mounts)
			put(root, "/proc/self/mountinfo", tree->mounts);
		for (k = 0; k < N_FILES && tree->files[k].path; k++)
			put(root, tree->files[k].path, tree->files[k].text);
		got = cgroup_processors(root);
		remove_tree(root);
		MUST(got == tree->wanted, "%s: %u", tree->name, got);
	}
}
END_TEST

/* On this machine, whatever its groups are. */
START_TEST(test_cgroup_here)
{
	ck_assert_uint_ge(cgroup_processors(""), 1);
	ck_assert_uint_le(mmr_processors(), cgroup_processors(""));
}
END_TEST

static Suite *cgroup_suite(void)
{
	Suite *suite = suite_create("cgroup");

	ADD_CASE(suite, "core", test_cgroup_quotas, test_cgroup_here);
	return suite;
}

#else

START_TEST(test_cgroup_elsewhere)
{
	CHECK_SKIP("built without the calls that only Linux has");
}
END_TEST

static Suite *cgroup_suite(void)
{
	Suite *suite = suite_create("cgroup");

	ADD_CASE(suite, "core", test_cgroup_elsewhere);
	return suite;
}

#endif

CHECK_MAIN(cgroup_suite)
