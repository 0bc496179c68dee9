/* mmreader.h - reads files of any size as slices of a memory map
 *
 * Includes one header per module: files (reader, guard, extents), text (slice, find, marks, lines,
 * fields, chunks), binary data (array, record), scans of whole files (blocks, parallel, seek, sum,
 * count), and the rest (lazy, kind, regex, intern, memory).
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_H
#define MMREADER_H

#include <mmreader/base.h>
#include <mmreader/version.h>
#include <mmreader/error.h>
#include <mmreader/reader.h>
#include <mmreader/guard.h>
#include <mmreader/extents.h>
#include <mmreader/slice.h>
#include <mmreader/find.h>
#include <mmreader/marks.h>
#include <mmreader/lines.h>
#include <mmreader/fields.h>
#include <mmreader/chunks.h>
#include <mmreader/array.h>
#include <mmreader/record.h>
#include <mmreader/scan.h>
#include <mmreader/lazy.h>
#include <mmreader/kind.h>
#include <mmreader/regex.h>
#include <mmreader/intern.h>
#include <mmreader/memory.h>

#endif
