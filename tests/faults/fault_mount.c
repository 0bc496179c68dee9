/* fault_mount.c - runs a command on a file whose device fails
 *
 *	fault_mount MODE FOLDER COMMAND [ARGUMENT...]
 *
 * While the command runs, FOLDER/f is a file of FAULT_SIZE bytes with lines of 16 bytes. MODE
 * "eio": the page at FAULT_BAD cannot be read. "direct": the same, and the file cannot be
 * mapped. "slow": the file is intact, but reads are slow. "dead": the server has been killed.
 * The status is the command's, or 77 if the mount is not possible here.
 *
 * SPDX-License-Identifier: MIT */
#include "fault_fuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAULT_SIZE ((uint64_t)3 << 20)
#define FAULT_BAD  ((uint64_t)640 << 10)

static int run(char **command)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct fault_fuse fuse = {.size = FAULT_SIZE};
	const char *mode = argc > 3 ? argv[1] : "", *problem;
	int status;

	if (strcmp(mode, "slow") == 0) {
		fuse.delay_us = 50;
	} else if (strcmp(mode, "eio") == 0 || strcmp(mode, "direct") == 0) {
		fuse.bad = FAULT_BAD;
		fuse.bad_len = (uint64_t)sysconf(_SC_PAGESIZE);
		fuse.direct_io = strcmp(mode, "direct") == 0;
	} else if (strcmp(mode, "dead") != 0) {
		fprintf(stderr, "usage: fault_mount eio|direct|slow|dead FOLDER COMMAND...\n");
		return 2;
	}
	problem = fault_fuse_enter();
	if (!problem)
		problem = fault_fuse_mount(&fuse, argv[2]);
	if (problem) {
		fprintf(stderr, "skipped: %s\n", problem);
		return 77;
	}
	if (strcmp(mode, "dead") == 0) {
		/* A name for the file exists, and then the server is gone. */
		if (access(fuse.path, R_OK) < 0)
			perror(fuse.path);
		fault_fuse_kill(&fuse);
	}
	status = run(argv + 3);
	fault_fuse_unmount(&fuse);
	return status;
}
