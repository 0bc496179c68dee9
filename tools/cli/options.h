/* options.h - the command line as a struct
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_OPTIONS_H
#define TOOLS_CLI_OPTIONS_H

#include "cli/fields.h"
#include "cli/keys.h"
#include "cli/range.h"
#include "cli/totals.h"
#include "cli/values.h"
#include "cli/where.h"

/* The kinds of selections. */
enum part {
	PART_ALL,
	PART_BYTES,
	PART_LINES,
	PART_SHARD
};

/* Rows of the table of actions. */
enum action_id {
	ACTION_PRINT,
	ACTION_COUNT,
	ACTION_REVERSE,
	ACTION_SEARCH,
	ACTION_HEX,
	ACTION_TYPE,
	ACTION_INFO,
	ACTION_INDEX,
	ACTION_COMPARE
};

/* The order of distinct values. */
enum distinct_order {
	DISTINCT_BY_FIRST,
	DISTINCT_BY_COUNT, /* the greatest first; equal counts by first position */
	DISTINCT_BY_VALUE  /* by bytes */
};

/* No limit, for -m. */
#define NO_MAXIMUM UINT64_MAX

/* The most -b and -l of one run. */
#define MAX_SELECTIONS 256

/* All lines, for --sample. */
#define NO_SAMPLE UINT64_MAX

/* What one -b, -l or -s selects in each input. */
struct selection {
	enum part part;
	struct range range; /* of PART_BYTES and PART_LINES */
	struct shard shard; /* of PART_SHARD */
};

/* What -e and -E search for, and what they print. */
struct search_options {
	mmr_pattern *patterns;
	size_t n_patterns;
	bool all; /* patterns must match */
	bool invert, caseless, words, whole_lines;
	uint64_t before, after; /* lines of context */
	bool numbers, offsets;  /* before each line */
	bool only_matches;      /* print matches, not lines */
	bool only_offsets;      /* print the offsets of matches */
};

struct options {
	/* In the order given; one of PART_ALL if none is given. */
	struct selection selections[MAX_SELECTIONS];
	size_t n_selections;
	struct key_range keys; /* of --from and --until, which limit the selection */
	enum action_id action;
	char delimiter;
	mmr_split *records;           /* of -R, or rows, which replace lines; or NULL */
	bool csv;                     /* they are rows */
	char separator;               /* of their cells, and of the fields of -F */
	struct field_list fields;     /* of -F: what is printed of each line or row */
	struct total_list totals;     /* are printed instead; their columns are in `fields` */
	struct field_list in;         /* of --in: what is searched of each line or row */
	struct where where;           /* the expression of --where */
	bool has_header;              /* the first line or row is not data */
	struct search_options search; /* of ACTION_SEARCH */
	uint64_t sample; /* of the records, or the lines that match, so many are chosen at
			    random; NO_SAMPLE */
	bool all_lines;  /* with ACTION_SEARCH: no pattern is given, so all lines match */
	bool has_seed;
	uint64_t seed; /* of the choice; the caller sets it if none is given */
	bool unique;   /* count distinct lines, matches or records, and print each once */
	enum distinct_order order;
	uint64_t memory;    /* bytes for distinct values; 0: the default */
	bool spill;         /* write more distinct values to a file */
	bool reverse;       /* the last lines or records first, with ACTION_SEARCH and TYPE, too */
	bool relative;      /* with ACTION_HEX: offsets count from the start of each selection */
	bool names;         /* print the name of the file with each line or count */
	bool count_only;    /* print the number of lines, matches or records, not the items */
	const char *layout; /* of ACTION_TYPE */
	size_t record_size; /* bytes; not 0 with ACTION_TYPE, where records replace lines */
	uint64_t header;    /* bytes before the first record */
	size_t width; /* bytes per row of ACTION_HEX, records per line of ACTION_TYPE; 0: default */
	uint64_t maximum;   /* lines, matches or records; NO_MAXIMUM */
	unsigned n_threads; /* 0: one per processor */
	bool binary;        /* print binary data to a terminal too */
	bool color;
	bool json;
	bool follow; /* with ACTION_PRINT and ACTION_SEARCH only */
	bool no_mmap;
	bool index, no_index;    /* make an index; use none */
	const char *index_place; /* of --index=PLACE; or NULL */
	struct shard index_part; /* of ACTION_INDEX; `k` is 0 to join `n` parts */
	enum mmr_cache cache;
	bool stats;
	bool quiet;    /* no progress */
	bool progress; /* progress in any case */
	char **files;
	int n_files;
};

/* Parses the command line. Exits after --help, --version, or a message about the command line.
 * The caller sets `record_size`. */
void options_parse(int argc, char **argv, struct options *ret_options);

#endif
