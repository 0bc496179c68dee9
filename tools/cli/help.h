/* help.h - --help, --version, and the hint after a wrong command line
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_HELP_H
#define TOOLS_CLI_HELP_H

#include "mmcat.h"

_Noreturn void help_print(void);
_Noreturn void help_print_version(void);

/* Prints the usage and mentions --help, on standard error. Returns: STATUS_TROUBLE. */
enum status help_hint(void);

#endif
