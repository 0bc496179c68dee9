/* numbering.h - the line numbers of matches, which are reported in order
 *
 * Workers count the delimiters, or the units, of their blocks. When a block is collected, these are
 * added up, and the delimiters before each of its matches are counted. With an index, only blocks
 * that have matches are counted.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_NUMBERING_H
#define SRC_SCAN_NUMBERING_H

#include "common.h"

#include "scan/run.h"

struct numbering {
	bool wanted;
	bool backward; /* blocks are passed from the last to the first */
	bool indexed;  /* numbers of blocks come from an index: then none of these is counted */
	mmr_scan_options scan;
	mmr_reader *reader;
	struct scan_place place;
	bool knows_before; /* the lines before the range, or, backward, before its end; those of a
			      file are counted for the first match */
	uint64_t passed;   /* lines of the blocks that were collected ... */
	uint64_t in_block; /* ... and those before byte `at` of the next one */
	size_t at;
	/* With an index: the last line whose number was found. */
	uint64_t known_off, known_number;
};

/* Starts to number the lines of a scan, if `flags` asks for it. Makes a range of lines in a file
 * one of bytes.
 *
 * Errors: those of mmr_scan_locate; -ESPIPE for records after a number of bytes of a stream. */
int numbering_start(struct numbering *numbering, mmr_reader *reader, mmr_scan_options *scan,
	unsigned flags, bool backward);

/* Counts the delimiters of a block, if lines are wanted. Called by workers. */
int numbering_count(
	const struct numbering *numbering, const mmr_block *block, uint64_t *ret_n_lines);

/* Finds the line of a match at `off`; MMR_NO_LINE if lines are not wanted. Matches come in order.
 */
int numbering_find(
	struct numbering *numbering, const mmr_block *block, uint64_t off, uint64_t *ret_line);

/* The number of the first line of the next block, which has so many lines and starts at `off`. With
 * an index, that of any line of the block. */
int numbering_of_block(
	struct numbering *numbering, uint64_t off, uint64_t n_lines, uint64_t *ret_number);

/* Ends a block, which has so many lines. */
void numbering_pass(struct numbering *numbering, uint64_t n_lines);

/* Refuses to number matches by records: only whole records are numbered. Errors: -EINVAL. */
int numbering_refuse_records(const mmr_scan_options *scan, unsigned flags);

#endif
