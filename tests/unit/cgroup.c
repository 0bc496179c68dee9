/* cgroup.c - quotas of processors and limits of memory, in trees of files like those of /proc and
 * /sys/fs/cgroup
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#if MMR_LINUX_EXTRAS

#include "os/cgroup.h"
#include "os/os.h"

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

static void make_tree(const struct tree *tree, char *root, size_t size)
{
	const char *folder = getenv("TMPDIR");
	size_t i;

	snprintf(root, size, "%s/mmreader-cgroup.XXXXXX", folder ? folder : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(root));
	if (tree->groups)
		put(root, "/proc/self/cgroup", tree->groups);
	if (tree->mounts)
		put(root, "/proc/self/mountinfo", tree->mounts);
	for (i = 0; i < N_FILES && tree->files[i].path; i++)
		put(root, tree->files[i].path, tree->files[i].text);
}

START_TEST(test_cgroup_quotas)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(trees); i++) {
		const struct tree *tree = &trees[i];
		char root[300];
		unsigned got;

		make_tree(tree, root, sizeof(root));
		got = cgroup_processors(root);
		remove_tree(root);
		MUST(got == tree->wanted, "%s: %u", tree->name, got);
	}
}
END_TEST

static const struct tree memories[] = {
	{"no files", NULL, NULL, {{NULL, NULL}}, UINT_MAX},
	{"no limit", "0::/a\n", OTHER V2_MOUNT,
		{{"/sys/fs/cgroup/a/memory.max", "max\n"},
			{"/sys/fs/cgroup/a/memory.current", "5000\n"}},
		UINT_MAX},
	{"a limit", "0::/a\n", OTHER V2_MOUNT,
		{{"/sys/fs/cgroup/a/memory.max", "100000\n"},
			{"/sys/fs/cgroup/a/memory.current", "30000\n"}},
		70000},
	{"page cache", "0::/a\n", OTHER V2_MOUNT,
		{{"/sys/fs/cgroup/a/memory.max", "100000\n"},
			{"/sys/fs/cgroup/a/memory.current", "90000\n"},
			{"/sys/fs/cgroup/a/memory.stat",
				"anon 4096\nfile 70000\ninactive_file 30000\nactive_file 20000\n"}},
		60000},
	{"a lower limit above", "0::/a/b\n", OTHER V2_MOUNT,
		{{"/sys/fs/cgroup/a/b/memory.max", "100000\n"},
			{"/sys/fs/cgroup/a/b/memory.current", "0\n"},
			{"/sys/fs/cgroup/a/memory.high", "40000\n"},
			{"/sys/fs/cgroup/a/memory.current", "10000\n"}},
		30000},
	{"nothing is left", "0::/\n", V2_MOUNT,
		{{"/sys/fs/cgroup/memory.max", "1000\n"},
			{"/sys/fs/cgroup/memory.current", "2000\n"}},
		0},
	{"version 1", "5:memory:/a\n",
		"36 32 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		{{"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "100000\n"},
			{"/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "90000\n"},
			{"/sys/fs/cgroup/memory/a/memory.stat",
				"cache 7\ntotal_inactive_file 15000\ntotal_active_file 5000\n"}},
		30000},
	{"damaged files", "0::/\n", V2_MOUNT,
		{{"/sys/fs/cgroup/memory.max", "1000\n"},
			{"/sys/fs/cgroup/memory.current", "400\n"},
			{"/sys/fs/cgroup/memory.stat", "active_file x"}},
		600},
};

START_TEST(test_cgroup_memory)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(memories); i++) {
		const struct tree *tree = &memories[i];
		char root[300];
		uint64_t got;

		make_tree(tree, root, sizeof(root));
		got = cgroup_memory(root);
		remove_tree(root);
		MUST(got == (tree->wanted == UINT_MAX ? UINT64_MAX : tree->wanted), "%s: %llu",
			tree->name, (unsigned long long)got);
	}
}
END_TEST

/* A file that is read in several steps, and a path that is longer than any path may be. */
START_TEST(test_cgroup_large_files)
{
	static char mounts[20000], groups[8000];
	struct tree tree = {"many mounts", "0::/a\n", mounts,
		{{"/sys/fs/cgroup/a/cpu.max", "300000 100000\n"},
			{"/sys/fs/cgroup/cpu.max", "200000 100000\n"}},
		2};
	char root[300];

	while (strlen(mounts) < sizeof(mounts) - 500)
		strcat(mounts, OTHER);
	strcat(mounts, V2_MOUNT);
	make_tree(&tree, root, sizeof(root));
	ck_assert_uint_eq(cgroup_processors(root), tree.wanted);
	remove_tree(root);
	memset(groups, 'a', sizeof(groups) - 2);
	memcpy(groups, "0::/", 4);
	tree.groups = groups;
	make_tree(&tree, root, sizeof(root));
	ck_assert_uint_eq(cgroup_processors(root), UINT_MAX);
	remove_tree(root);
}
END_TEST

/* On this machine, whatever its groups are. */
START_TEST(test_cgroup_here)
{
	ck_assert_uint_ge(cgroup_processors(""), 1);
	ck_assert_uint_le(mmr_processors(), cgroup_processors(""));
	ck_assert_uint_gt(os_memory_available(), 0);
	ck_assert_uint_le(os_memory_available(), cgroup_memory(""));
}
END_TEST

static Suite *cgroup_suite(void)
{
	Suite *suite = suite_create("cgroup");

	ADD_CASE(suite, "core", test_cgroup_quotas, test_cgroup_memory, test_cgroup_large_files,
		test_cgroup_here);
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
