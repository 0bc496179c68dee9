/* tags.h - what the high bits of the offsets in a positions iterator say
 *
 * A batch has at most 4096 bytes, so three bits of an offset are free. They are set inside the
 * guard of the refill, so that an iterator need not look at the bytes again, each in a guard.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_TAGS_H
#define SRC_TEXT_TAGS_H

#include <mmreader/lines.h>

/* What `tags` of mmr_positions asks for. */
enum positions_tags {
	TAGS_NONE,
	TAGS_LINES, /* TAG_CR */
	TAGS_TABLE  /* all */
};

#define TAG_OFFSET ((uint16_t)0x1fff)
#define TAG_END    ((uint16_t)0x2000) /* the byte is \n */
#define TAG_QUOTE  ((uint16_t)0x4000) /* the byte is a quote */
#define TAG_CR     MMR_LINE_CR        /* after a \r; in tables, if the byte is \n */

#endif
