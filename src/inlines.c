/* inlines.c - the inline calls of the headers as functions, for other languages
 *
 * SPDX-License-Identifier: MIT */
#define MMR_INLINE MMR_API extern inline

#include <mmreader.h>
