/* inject_library.c - runs one scenario with a fault, and again without
 *
 *	inject_library SCENARIO      runs it in the folder with the files
 *	inject_library               prints the names of all scenarios
 *	inject_library --wrappers    prints the functions that can be made to fail, by their numbers
 *
 * Prints what inject_library.py compares with a run without a fault: the code and the findings
 * of the first run, the findings of the second, and what both have not freed.
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct scenario *const lists[] = {inject_reader_scenarios, inject_whole_scenarios,
	inject_index_scenarios, inject_side_scenarios, inject_event_scenarios};

static uint64_t findings;

void note(uint64_t value)
{
	findings = (findings ^ value) * UINT64_C(0x100000001b3);
	findings ^= findings >> 29;
}

void note_bytes(mmr_slice bytes)
{
	size_t i;

	note(bytes.len);
	for (i = 0; i < bytes.len; i++)
		note((unsigned char)bytes.ptr[i]);
}

/* The program continues, so that one run reports all. */
void must(bool condition, const char *words)
{
	if (!condition)
		printf("wrong: %s\n", words);
}

/* Whether a code matches the fault that happened, which is the only failure here. */
static bool is_fit(int code)
{
	bool survived;
	int fault;
	const char *name = inject_failed(&fault, &survived);

	/* Even without a fault, a library may be missing here. */
	if (!name)
		return code == MMR_ENOLIB;
	if (survived)
		return false;
	if (code == -fault || (code == MMR_ENOMAP && strcmp(name, "mmap") == 0))
		return true;
	return code == MMR_ENOLIB &&
	       (fault == ENOMEM || strncmp(name, "dl", 2) == 0 || strncmp(name, "pthread", 7) == 0);
}

int tried(int result, const char *call, const void *output, size_t size)
{
	const unsigned char *bytes = output;
	size_t i;

	if (result >= 0)
		return result;
	if (!is_fit(result))
		printf("wrong: %s is %d: %s\n", call, result, mmr_last_error());
	must(mmr_last_error()[0] != '\0', "no sentence");
	for (i = 0; i < size; i++)
		must(bytes[i] == INJECT_POISON, "an output was touched");
	return result;
}

static unsigned count_entries(const char *path)
{
	DIR *folder = opendir(path);
	unsigned n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

/* What remains when all is closed. */
struct left {
	uint64_t heap;
	long blocks, mapped;
	unsigned descriptors;
};

static struct left look_what_is_left(void)
{
	struct left left = {
		mmr_heap_bytes(), inject_blocks(), inject_mapped(), count_entries("/proc/self/fd")};

	return left;
}

static int run_again(const struct scenario *scenario)
{
	findings = 0;
	return scenario->run();
}

static void run(const struct scenario *scenario)
{
	struct left left, later;
	int err;

	inject_start();
	err = run_again(scenario);
	inject_end();
	printf("code %d, findings %016llx\n", err, (unsigned long long)findings);
	err = run_again(scenario);
	printf("again: code %d, findings %016llx\n", err, (unsigned long long)findings);
	/* A thread keeps its error message, and a library stays loaded. */
	if (mmr_open_memory(NULL, 1, NULL) == 0)
		abort();
	left = look_what_is_left();
	printf("left: %llu bytes of heap, %ld blocks, %ld bytes of maps, %u descriptors\n",
		(unsigned long long)left.heap, left.blocks, left.mapped, left.descriptors);
	run_again(scenario);
	later = look_what_is_left();
	must(left.heap == later.heap && left.blocks == later.blocks &&
			left.mapped == later.mapped && left.descriptors == later.descriptors,
		"more is left each time");
}

static int print_wrappers(void)
{
	const char *const *name;

	for (name = inject_names; *name; name++)
		puts(*name);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const struct scenario *scenario;
	size_t i;

	if (argc == 2 && strcmp(argv[1], "--wrappers") == 0)
		return print_wrappers();
	/* Maps are used only with the guard; installing it is a scenario of its own. */
	if (argc == 2 && strcmp(argv[1], "guard") != 0)
		mmr_guard_install();
	for (i = 0; i < ARRAY_LEN(lists); i++) {
		for (scenario = lists[i]; scenario->name; scenario++) {
			if (argc < 2) {
				puts(scenario->name);
			} else if (strcmp(argv[1], scenario->name) == 0) {
				run(scenario);
				return EXIT_SUCCESS;
			}
		}
	}
	return argc < 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
