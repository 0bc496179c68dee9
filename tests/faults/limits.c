/* limits.c - runs commands under a filter of system calls, and uses the library under limits
 *
 *	limits deny CALL[,CALL]... COMMAND...   runs a command whose system calls of these
 *	                                        names fail with EPERM, as in a container
 *	limits use FILE                         prints the results of each part of the library
 *	                                        for a file, or the reasons why there are none
 *
 * Status: the command's; 77 if filters of system calls are not available; 2 if the file cannot
 * be opened, with a message; 1 if an error has no message.
 *
 * SPDX-License-Identifier: MIT */
#include "config.h"

#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static const struct {
	const char *name;
	long number;
} calls[] = {
	{"memfd_create", SYS_memfd_create},
	{"userfaultfd", SYS_userfaultfd},
	{"process_vm_readv", SYS_process_vm_readv},
	{"cachestat", 451}, /* newer than some headers; the same number on all but alpha */
	{"mincore", SYS_mincore},
	{"splice", SYS_splice},
	{"copy_file_range", SYS_copy_file_range},
	{"madvise", SYS_madvise},
};

static int deny(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct sock_filter filter[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		};
		struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};

		if (strlen(calls[i].name) != len || memcmp(calls[i].name, name, len) != 0)
			continue;
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
			return perror("limits: a filter of system calls"), 77;
		return 0;
	}
	return fprintf(stderr, "limits: unknown call %.*s\n", (int)len, name), 2;
}

static int run_without(const char *names, char **command)
{
	int status = 0;

	while (*names && status == 0) {
		size_t len = strcspn(names, ",");

		status = deny(names, len);
		names += len + (names[len] == ',');
	}
	if (status != 0)
		return status;
	execvp(command[0], command);
	return perror(command[0]), 2;
}
#else
static int run_without(const char *names, char **command)
{
	(void)names, (void)command;
	return fprintf(stderr, "limits: no filters of system calls here\n"), 77;
}
#endif

/* Prints a figure or the reason why there is none. An error without a message is a defect. */
static void print_result(const char *name, int err, uint64_t value)
{
	if (err == 0)
		printf("%s: %" PRIu64 "\n", name, value);
	else
		printf("%s: error: %s\n", name, mmr_last_error());
	if (err != 0 && !*mmr_last_error())
		exit(1);
}

static void print_lines(mmr_reader *file)
{
	mmr_lines it = mmr_lines_of(mmr_bytes(file), '\n');
	uint64_t n_bytes = 0;
	mmr_slice line;

	while (mmr_lines_next(&it, &line))
		n_bytes += line.len;
	print_result("bytes of lines", mmr_lines_error(&it), n_bytes);
}

static void print_blocks(mmr_reader *file)
{
	uint64_t n_bytes = 0;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	err = mmr_blocks_open(file, NULL, NULL, &blocks);
	if (err == 0) {
		while (mmr_blocks_next(blocks, &block))
			n_bytes += block.bytes.len;
		err = mmr_blocks_error(blocks);
		mmr_blocks_close(blocks);
	}
	print_result("bytes of blocks", err, n_bytes);
}

static void print_regex(mmr_reader *file)
{
	uint64_t n_matches = 0;
	mmr_regex *regex;
	int err;

	err = mmr_regex_compile(mmr_slice_of("7+$"), NULL, &regex);
	if (err == 0) {
		err = mmr_regex_count(regex, file, NULL, &n_matches);
		mmr_regex_close(regex);
	}
	print_result("matches of a pattern", err, n_matches);
}

static void print_distinct(mmr_reader *file)
{
	uint32_t id, n_texts = 0;
	mmr_intern *pool;
	mmr_slice line;
	mmr_lines it;
	int err;

	err = mmr_intern_open(NULL, &pool);
	if (err == 0) {
		it = mmr_lines_of(mmr_bytes(file), '\n');
		while (err >= 0 && mmr_lines_next(&it, &line))
			err = mmr_intern_add(pool, line, &id);
		n_texts = mmr_intern_count(pool);
		err = err < 0 ? err : mmr_lines_error(&it);
		mmr_intern_close(pool);
	}
	print_result("distinct lines", err, n_texts);
}

static int use(const char *path)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("99"));
	mmr_residency residency;
	mmr_counts counts = {0};
	uint64_t n = 0;
	mmr_reader *file;
	mmr_memory memory;
	mmr_filetype kind;
	char copy[64];
	size_t len = 0;
	int err;

	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(path, NULL, &file);
	if (err < 0)
		return fprintf(stderr, "limits: %s\n", mmr_last_error()), *mmr_last_error() ? 2 : 1;
	print_result("size", 0, mmr_size(file));
	err = mmr_read_at(file, mmr_size(file) / 2, copy, sizeof(copy), &len);
	print_result("bytes read", err, len);
	print_lines(file);
	print_blocks(file);
	err = mmr_measure_lines(file, NULL, &counts);
	print_result("lines", err, counts.lines);
	print_result("longest", err, counts.longest);
	err = mmr_count_matches(file, &needle, NULL, &n);
	print_result("matches", err, n);
	err = mmr_line_seek(file, 0, 10, NULL, &n);
	print_result("line 10", err, n);
	print_regex(file);
	print_distinct(file);
	err = mmr_filetype_of(file, &kind);
	print_result("kind", err, 0);
	if (err == 0)
		printf("kind is %s%s\n", kind.mime, kind.by_magic ? ", by libmagic" : "");
	print_result("libmagic", mmr_library_load(MMR_LIBRARY_MAGIC), 0);
	err = mmr_reader_residency(file, 0, MMR_REST, NULL, 0, &residency);
	print_result("residency", err, 0);
	if (err == 0)
		printf("residency by %d\n", (int)residency.source);
	mmr_memory_usage(&memory);
	printf("resident memory is %sknown\n", memory.resident == MMR_UNKNOWN ? "un" : "");
	print_result("unchanged", mmr_check(file), 0);
	mmr_close(file);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "deny") == 0)
		return run_without(argv[2], argv + 3);
	if (argc == 3 && strcmp(argv[1], "use") == 0)
		return use(argv[2]);
	return fprintf(stderr, "usage: limits deny CALLS COMMAND... | limits use FILE\n"), 2;
}
