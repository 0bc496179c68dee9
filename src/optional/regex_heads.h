/* regex_heads.h - records that begin with lines at whose start a regular expression matches
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_HEADS_H
#define SRC_OPTIONAL_REGEX_HEADS_H

#include "scan/units.h"

/* Errors: those of mmr_regex_compile. */
int records_of_regex(mmr_slice pattern, char delimiter, mmr_split **ret_records);

#endif
