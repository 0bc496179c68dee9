/* follow.h - go on printing files as they grow, are cut or replaced: -f
 *
 * Files are followed by name. Of each the chosen part is printed, then what is appended:
 *
 * - A start that counts from the end (-l -10:) is that of the file as it is found at first. A file
 *   that comes later, that replaces another or was truncated is printed from its start.
 * - A part with a fixed end (-l 0:10, -b 0:100) is complete after so many lines or bytes; -m ends
 *   the run after so many lines in all, of whichever FILE. The run ends when every FILE is done.
 * - Shorter than what was printed of it: "truncated", and from the start. A file that is cut and
 *   grows beyond its old length between two looks cannot be told from one that only grew.
 * - Another file under the name: the rest of the old one, then "replaced" and the new one. The old
 *   one stays followed until the first byte of the new one is seen: who writes a log may keep it
 *   open for a while after it was renamed, and nothing of that is lost.
 * - No file under the name: "vanished", if it lasts for a second, and the run waits for the next;
 *   at the start too, but then the exit status will be STATUS_TROUBLE.
 * - Pipes, FIFOs, devices and the files of /proc and /sys do not grow: they are printed once, in
 *   their turn, before anything is followed. Standard input that is a file is followed without a
 *   name.
 *
 * Several files get "==> FILE <==" before their bytes, as tail prints it, unless -q is given.
 *
 * SIGINT ends the run as if every file were done: what was read is written, -v has its line, the
 * exit status is that of the run. A reader that does not take the rest within a second goes
 * without it, and a second SIGINT kills. SIGINT stays ignored where it was. When the reader of the
 * output goes away, the run ends as if a write had failed, even if there is nothing to write.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_FOLLOW_H
#define TOOLS_INPUT_FOLLOW_H

#include "cli/options.h"

/* Follows all files of the options. `print` prints one FILE that cannot grow. */
enum status follow_files(const struct options *options,
	enum status (*print)(const char *file, const struct options *options));

#endif
