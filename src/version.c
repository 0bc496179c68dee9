/* version.c - the version of the running library
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <mmreader/base.h>

const char *mmr_version(void)
{
	return PACKAGE_VERSION;
}
