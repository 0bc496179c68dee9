/* mmreader.h - reads files of any size as slices of a memory map
 *
 * Includes one header for each module: files (reader, guard), text (slice, find, positions, lines,
 * fields), binary data (array, record), scans of whole inputs (scan, each, compare, index),
 * optional libraries (library, filetype, regex), searches for lines (search, bisect), growing files
 * (follow), intern and memory.
 *
 * The comment of a call has these sections where they apply. Shape: what its arguments must be, and
 * the form of its result. Units: what its numbers count. Returns, Errors: its results. Lifetime:
 * how long a result is valid. Threads: which threads may call it. Source: where a rule comes from.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_H
#define MMREADER_H

#include <mmreader/base.h>
#include <mmreader/error.h>
#include <mmreader/reader.h>
#include <mmreader/guard.h>
#include <mmreader/slice.h>
#include <mmreader/find.h>
#include <mmreader/positions.h>
#include <mmreader/lines.h>
#include <mmreader/fields.h>
#include <mmreader/array.h>
#include <mmreader/record.h>
#include <mmreader/scan.h>
#include <mmreader/each.h>
#include <mmreader/compare.h>
#include <mmreader/index.h>
#include <mmreader/library.h>
#include <mmreader/filetype.h>
#include <mmreader/regex.h>
#include <mmreader/search.h>
#include <mmreader/bisect.h>
#include <mmreader/follow.h>
#include <mmreader/intern.h>
#include <mmreader/memory.h>

#endif
