/* options_canonical.h - command lines that are built, and the canonical one of some options
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_OPTIONS_CANONICAL_H
#define TESTS_FUZZ_OPTIONS_CANONICAL_H

#include "cli/options.h"

/* The canonical command line of any options has at most this many arguments. */
#define MOST_PLAIN 128

struct command {
	int argc;
	char *argv[MOST_PLAIN + 2];
};

/* Starts a command line with the name of the program. */
void command_start(struct command *command);

/* Adds a copy of an argument. It ends where its allocation ends, so that a sanitizer finds each
 * access after it. */
void command_add(struct command *command, const char *text, size_t len);

void command_end(struct command *command);

/* Whether the names of files are printed, or can be. */
bool can_have_names(const struct options *options);

/* Starts a command line that means the same as the one that gave these options. */
void make_canonical(const struct options *options, struct command *plain);

#endif
