/* bisect.h - finds lines of a sorted file by binary search
 *
 * The keys of a sorted file, such as the time stamps of a log, never decrease from one line to the
 * next. A search reads about 16 KiB for each halving of the range, so it finds a line of 100 GiB
 * within milliseconds.
 *
 * A line without a key, such as one of a stack trace, is skipped: it belongs to the line with a key
 * before it. So two searches give the bounds of the lines from one key to another:
 *
 *	mmr_key key = MMR_KEY_INIT;
 *
 *	key.kind = MMR_KEY_FORM;
 *	from = mmr_slice_of("2024-05-01");
 *	to = mmr_slice_of("2024-05-02");
 *	err = mmr_bisect(reader, NULL, &key, from, MMR_BOUND_LOWER, &start);
 *	if (err >= 0)
 *		err = mmr_bisect(reader, NULL, &key, to, MMR_BOUND_LOWER, &stop);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_BISECT_H
#define MMREADER_BISECT_H

#include <mmreader/regex.h>
#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* The bytes of a line in which its key is searched for. A longer line is cut there. */
#define MMR_KEY_ROOM ((size_t)64 << 10)

/* What the key of a line is. */
enum mmr_key_kind {
	MMR_KEY_LINE = 0, /* the line */
	/* The start of the line, as many bytes as the wanted key has, if it has the same form: a
	 * digit for each digit, an ASCII letter for each ASCII letter, else the same byte. So with
	 * "2024-05-01", lines that do not start with a date have no key. */
	MMR_KEY_FORM,
	MMR_KEY_FIELD,   /* a field of the line, if the line has so many */
	MMR_KEY_REGEX,   /* the first match in the line: its group 1, or all if there is none */
	MMR_KEY_FUNCTION /* what a function of the caller finds */
};

/* Finds the key of a line.
 *
 * Shape: `line` has up to MMR_KEY_ROOM bytes, without its delimiter, in memory of the library. The
 *   key may have as many.
 * Returns: 1 with `*ret_key`; 0 for a line without a key; a negative code to stop with that error.
 * Lifetime: the key must stay valid until the next call for the same context. */
typedef int mmr_key_fn(void *context, mmr_slice line, mmr_slice *ret_key);

/* Compares two keys. Returns: negative, 0 or positive. */
typedef int mmr_key_compare_fn(void *context, mmr_slice a, mmr_slice b);

/* How lines are sorted. Initialize it with MMR_KEY_INIT, so that later versions can add members.
 *
 * Keys are compared as bytes, as `LC_ALL=C sort` does, unless `numeric` or `compare` is set.
 * Time stamps in the form of ISO 8601 are in order then, if all have the same form and time zone.
 */
typedef struct mmr_key {
	size_t struct_size;
	enum mmr_key_kind kind;
	uint64_t field; /* of FIELD, counted from 0 */
	char separator; /* ends fields; ' ' stands for spaces and tabs, of which several are one */
	/* Keys are numbers in the syntax of mmr_slice_to_f64, with white space around them. Whole
	 * numbers of 64 bits are compared exactly, others as doubles. Other texts, and "nan", are
	 * no keys. */
	bool numeric;
	/* Only as many bytes of a key as the wanted key has are compared. So MMR_BOUND_UPPER is the
	 * end of the keys that begin with the wanted one. FORM implies it. */
	bool prefix;
	const mmr_regex *regex;      /* of REGEX, compiled for the same delimiter */
	mmr_key_fn *find;            /* of FUNCTION */
	mmr_key_compare_fn *compare; /* NULL: as described above */
	void *context;               /* passed to `find` and `compare` */
} mmr_key;

/* clang-format off */
#define MMR_KEY_INIT \
	{ sizeof(mmr_key), MMR_KEY_LINE, 0, ' ', false, false, NULL, NULL, NULL, NULL }
/* clang-format on */

/* Which line is found. */
enum mmr_bound {
	MMR_BOUND_LOWER, /* the first line whose key is not less than the wanted one */
	MMR_BOUND_UPPER  /* the first line whose key is greater */
};

/* Finds a line of a sorted range.
 *
 * The first key of the range, its last one if it is in the last 16 KiB, and about one for each
 * halving of the range are compared with each other. If they are not in order, the search
 * continues, and returns MMR_EORDER at its end. Disorder elsewhere is not noticed, and the result
 * is then one of several bounds.
 *
 * Bytes are read by mmr_read_at, so a truncation cannot raise SIGBUS. If lines without a key, or
 * bytes of a long line, come first in a half, these are read up to the next line with a key.
 *
 * Shape: `scan` may be NULL. Its range, `delimiter` and `records` are used; the key of a record is
 *   searched for like that of a line, in all its lines. The rows of a table are not searched. An
 *   incomplete record of a fixed size is not, either: the range ends before it. `key` may be NULL:
 *   MMR_KEY_INIT.
 * Units: bytes from the start of the reader.
 * Returns: 1 with the start of the line, or with the end of the range if there is no such line; 0
 *   with the end of the range if no line has a key.
 * Errors: MMR_EORDER, with a result like 1; mmr_last_error has both offsets, and
 *   mmr_last_error_offset the second one. -EINVAL for invalid options, for a wanted key of more
 *   than MMR_KEY_ROOM bytes, one that is not a number where keys are, and an empty one for FORM.
 *   -ESPIPE for a stream. What `find` returned, if negative; those of mmr_regex_matches_error,
 *   mmr_read_at and mmr_scan_locate; -ENOMEM.
 * Threads: safe, if `find` and `compare` are. */
MMR_API MMR_MUST_CHECK int mmr_bisect(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_key *key, mmr_slice wanted, enum mmr_bound bound, uint64_t *ret_off);

MMR_END_DECLS

#endif
