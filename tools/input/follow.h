/* follow.h - print files as they grow, are truncated or replaced: -f
 *
 * Files are followed by name. The selection of each is printed, then what is appended to it:
 *
 * - A start that counts from the end (-l -10:) applies to the file that exists at first. A file
 * that appears later, replaces another or was truncated is printed from its start.
 *
 * - A selection with a fixed end (-l 0:10, -b 0:100) is complete after these lines or bytes. -m
 * ends the run after that many lines of all files. The run ends when every FILE is complete.
 *
 * - A file that becomes shorter than what was printed is reported as "truncated" and printed from
 * its start. If it grows beyond its old length between two checks, this cannot be detected.
 *
 * - If another file has the name, the rest of the old file is printed, "replaced" is reported, and
 * the new file is printed. The old file is followed until the new one has a byte, since the writer
 * of a log may keep it open for a while after it is renamed.
 *
 * - A name that is missing for a second is reported as "disappeared", and the run waits for it. If
 * it is missing at the start, the exit status is STATUS_TROUBLE.
 *
 * - Pipes, devices and files of /proc and /sys do not grow. They are printed once, in their turn,
 * before anything is followed. Standard input that is a file is followed without a name.
 *
 * With -e and -E, the lines that match are printed. A line is searched when its delimiter is there,
 * or its file was replaced.
 *
 * Several files get "==> FILE <==" before their bytes, as in tail, unless -q is given.
 *
 * SIGINT ends the run as if every file were complete. If the rest cannot be written within a
 * second, it is lost. A second SIGINT ends the program at once. A SIGINT that is ignored stays
 * ignored. When the reader of the output exits, the run ends as if a write had failed, even if
 * there is nothing to write.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_FOLLOW_H
#define TOOLS_INPUT_FOLLOW_H

#include "input/input.h"

/* What is done with a FILE. */
struct follow_work {
	/* Prints one that cannot grow. */
	enum status (*print)(const char *file, const struct options *options);
	/* Prints the lines of an input that match, and adds their number to `taken`. `maximum` is
	 * what -m still allows. NULL without a search. Returns: 0; 1 if it printed why it cannot go
	 * on; a code of reading. */
	int (*search)(struct input *input, const struct options *options,
		const mmr_scan_options *scan, uint64_t maximum);
};

/* Follows all files of the options. */
enum status follow_files(const struct options *options, const struct follow_work *work);

#endif
