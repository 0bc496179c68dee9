/* unmatched.h - why a search may have found nothing: the text is compressed, or UTF-16
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_UNMATCHED_H
#define TOOLS_ACTIONS_UNMATCHED_H

#include "input/input.h"

/* Prints a message if the input starts with the signature of a compressed file or the byte order
 * mark of UTF-16 or UTF-32. Call it once per input, after a search without a match.
 *
 * Only bytes before the end of the selection are examined, so that a file and a pipe, which is not
 * read further than needed, get the same message.
 *
 * Returns: STATUS_NO_MATCH, or STATUS_TROUBLE after a message if the file cannot be read any more.
 */
enum status unmatched_explain(const struct input *input, const struct options *options);

#endif
