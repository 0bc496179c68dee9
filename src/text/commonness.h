/* commonness.h - how common a byte is in logs and tables
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_COMMONNESS_H
#define SRC_TEXT_COMMONNESS_H

#include "common.h"

/* The rank of the most common byte. */
#define COMMONNESS_MAX 100

/* Returns: the rank of a byte, from 0 for rare bytes to COMMONNESS_MAX. */
unsigned commonness_of(char byte);

#endif
