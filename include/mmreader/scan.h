/* scan.h - scans an input, or a range of it, in memory that does not grow with the input
 *
 * A scan takes any reader and one mmr_scan_options. Calls that need offsets fail with -ESPIPE on a
 * stream. Several threads scan a file at once, except for mmr_blocks. A stream is scanned once,
 * forward and in order: one thread at a time reads, and all threads work. Bytes of a stream are
 * processed as soon as they arrive.
 *
 *	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
 *
 *	scan.first_line = 10;
 *	err = mmr_count_lines(reader, &scan, &counts);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SCAN_H
#define MMREADER_SCAN_H

#include <mmreader/array.h>
#include <mmreader/find.h>
#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* --- Options ---------------------------------------------------------------------------------- */

/* How bytes of a reader are brought into memory. */
enum mmr_io_mode {
	MMR_IO_AUTO = 0, /* try MAP and READ on the first blocks, keep the faster one, and try
			    again from time to time; `cache` may add other modes */
	MMR_IO_MAP,      /* point into the map: nothing is copied */
	MMR_IO_READ,     /* pread(2), or read(2) of a stream, into a buffer: cannot fault */
	MMR_IO_UNCACHED, /* like READ, but pages that were not in the page cache do not stay there
			    (RWF_DONTCACHE, Linux 6.14); READ if the system cannot do it */
	MMR_IO_DIRECT    /* like READ, but past the page cache (O_DIRECT); READ if the system or
			    the file system cannot do it */
};

/* What a scan does to the page cache, which all processes share. AUTO and READ as I/O modes follow
 * it; the others must not contradict it. Bytes that are in the page cache before stay there. */
enum mmr_cache {
	MMR_CACHE_AUTO = 0, /* LEAVE if the range is larger than half of the memory that is
			       available, also to the control group, else FILL */
	MMR_CACHE_FILL,     /* bytes that are read stay in the page cache, for the next reader */
	MMR_CACHE_LEAVE     /* bytes that were not in the page cache are not there afterwards: they
			       are read as DIRECT. Where the system refuses that, they are read as
			       UNCACHED, or read and then dropped; up to 16 MiB that the kernel reads
			       ahead may then stay. A line that is too long for a buffer is mapped,
			       and stays, too. */
};

/* The progress of a scan. */
typedef struct mmr_progress mmr_progress;

/* How bytes are divided into records or rows, which replace lines (mmr_split_compile,
 * mmr_split_rows, mmr_split_size). */
typedef struct mmr_split mmr_split;

/* How many lines start before each block of a reader (index.h). */
typedef struct mmr_index mmr_index;

/* Called before a scan waits for bytes of a stream, while no other callback of the scan runs: a
 * good time to flush output. */
typedef void mmr_wait_fn(void *context);

/* What to scan, and how. Initialize it with MMR_SCAN_OPTIONS_INIT, so that later versions can add
 * members.
 *
 * The range is chosen in two steps: bytes of the reader, and lines of these bytes. A range beyond
 * the end is empty. On a stream, the bytes before the range are read and dropped. Bytes after it
 * stay in the reader for the next scan. */
typedef struct mmr_scan_options {
	size_t struct_size;
	uint64_t offset;          /* bytes before the range */
	uint64_t length;          /* bytes of the range; MMR_REST = to the end */
	uint64_t first_line;      /* lines to skip at the start of these bytes */
	uint64_t n_lines;         /* lines of the range; MMR_REST = to the end */
	char delimiter;           /* ends lines */
	enum mmr_io_mode io_mode; /* AUTO reads unless mmr_guard_install was called */
	enum mmr_cache cache;
	unsigned n_threads;       /* 0 = mmr_processors(), or more if they wait for a device */
	mmr_progress *progress;   /* updated during the scan; may be NULL */
	mmr_wait_fn *before_wait; /* may be NULL */
	void *wait_context;       /* passed to before_wait */
	const mmr_split *records; /* or rows; of lines that end with `delimiter`, or of a fixed
				     size; NULL: lines */
	mmr_index *index;         /* of this reader, delimiter and records; may be NULL. It makes
				     scans faster, and does not change their results. */
} mmr_scan_options;

/* clang-format off */
#define MMR_SCAN_OPTIONS_INIT \
	{ sizeof(mmr_scan_options), 0, MMR_REST, 0, MMR_REST, '\n', MMR_IO_AUTO, MMR_CACHE_AUTO, 0, \
		NULL, NULL, NULL, NULL, NULL }
/* clang-format on */

/* Finds out what MMR_CACHE_AUTO means for a range now: FILL or LEAVE. A scan decides so when it has
 * read 64 MiB. Other policies are returned as they are.
 *
 * Shape: `options` may be NULL. Lines are not located: the range is that of the bytes.
 * Returns: 0; FILL for readers that have no page cache of their own, such as streams.
 * Errors: -EINVAL (options). Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_scan_cache(
	const mmr_reader *reader, const mmr_scan_options *options, enum mmr_cache *ret_cache);

/* Finds the bytes of a range: [*ret_start, *ret_stop).
 *
 * Shape: `options` may be NULL: the whole reader. Several threads count the lines before the range
 * and in it.
 * Errors: -ESPIPE for a stream; -EINVAL (options); those of mmr_blocks_error. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_scan_locate(mmr_reader *reader, const mmr_scan_options *options,
	uint64_t *ret_start, uint64_t *ret_stop);

/* --- Records of several lines ----------------------------------------------------------------- */

/* Compiles a pattern that divides lines into records. With it in the options of a scan, all that is
 * said of lines is true of records: blocks have whole records, `first_line` counts records, and so
 * on.
 *
 * A record begins with a line at whose start the pattern matches, and ends where the next one
 * begins. So a log entry and its stack trace are one record:
 *
 *	err = mmr_split_compile(mmr_slice_of("\\d{4}-\\d\\d-"), '\n', &records);
 *	scan.records = records;
 *	err = mmr_count_lines(reader, &scan, &counts);
 *
 * An empty pattern stands for paragraphs: a record begins with a line that is not empty and follows
 * an empty one. Empty lines belong to the paragraph before them.
 *
 * The first record of a range begins at its start, whether or not the pattern matches there. So
 * empty lines before the first paragraph are a record. All records together are the range.
 *
 * A pattern without special characters is a literal text; another one is a regular expression
 * (regex.h), which is only tried at the starts of lines. It sees the first 4096 bytes of a line, as
 * if the line ended there, and nothing before or after the line.
 *
 * Shape: a pattern in memory of the caller. `delimiter` ends lines; the options of a scan must have
 *   the same one.
 * Errors: -EINVAL for a pattern that contains the delimiter or is too long; those of
 *   mmr_regex_compile; -ENOMEM. A scan fails as in mmr_regex_matches_error if the expression
 *   reaches a limit.
 * Lifetime: until mmr_split_close. The pattern is copied.
 * Threads: safe; any number of threads may use the result. */
MMR_API MMR_MUST_CHECK int mmr_split_compile(
	mmr_slice pattern, char delimiter, mmr_split **ret_split);

/* Makes the rows of a table replace lines, as records do. They are those of mmr_table_of
 * (fields.h), so quoted cells may contain line ends.
 *
 *	err = mmr_split_rows(',', &rows);
 *	scan.records = rows;
 *	err = mmr_count_lines(reader, &scan, &counts);
 *
 * A row starts at the start of a range, whatever is before it. Where the others start depends on
 * all bytes of the range before them. Scans find it out while they read, by all threads, and a scan
 * of a range that starts with a row reads nothing twice. Other calls read more than with lines:
 * mmr_line_seek, mmr_line_bounds, mmr_line_number, mmr_shard and backward blocks read the range
 * from its start on. A search backward for blocks reads all of it before the first one, and keeps
 * up to 1 MiB of states.
 *
 * Blocks with `split_lines` are bytes, and do not start or end with rows. Holes of sparse files are
 * read. With an index of the rows, calls that return offsets or numbers read little.
 *
 * A quote that is not closed makes the rest of the range one row. Counts, blocks, jobs and searches
 * return all rows and count them, and then report MMR_EQUOTE; mmr_last_error_offset is that of the
 * quote. They do not if they are stopped early. Calls that return offsets do not report it.
 *
 * Shape: `separator` is between the cells of a row; not a quote, \n or \r. The options of a scan
 *   must have \n as their delimiter.
 * Errors: -EINVAL (separator); -ENOMEM.
 * Lifetime: until mmr_split_close. Threads: safe; any number of threads may use the result. */
MMR_API MMR_MUST_CHECK int mmr_split_rows(char separator, mmr_split **ret_split);

/* Makes records of a fixed size replace lines.
 *
 *	err = mmr_split_size(mmr_layout_size(layout), 0, &records);
 *	scan.records = records;
 *	scan.first_line = 1000000;
 *	err = mmr_scan_run(reader, &scan, NULL, &job);
 *
 * Records start every `size` bytes from the end of the header on, which is the first `header` bytes
 * of the reader. The header is in no range: a range that starts in it starts after it. A range must
 * start with a record. Records are selected, counted and found by number without reading a byte,
 * except on a stream. `delimiter` of the options is not used: a search looks at all bytes of a
 * record, and a record has no last delimiter.
 *
 * If the range ends within a record, the incomplete record is not reported and not counted. Counts,
 * blocks, jobs and searches return all records before it, and then report -EBADMSG: mmr_last_error
 * has the number of the bytes that are left over, and mmr_last_error_offset is that of the first of
 * them. They do not if they are stopped early. The bytes stay in a stream. Calls that return
 * offsets take them as a shorter record, and do not report them. Blocks with `split_lines` contain
 * them.
 *
 * A reader that is shorter than the header has no records.
 *
 * Shape: `size` is at least 1. An index is refused: it would not be faster.
 * Errors: -EINVAL (size); -ENOMEM. A scan fails with -EINVAL for a range that starts within a
 *   record.
 * Lifetime: until mmr_split_close. Threads: safe; any number of threads may use the result. */
MMR_API MMR_MUST_CHECK int mmr_split_size(size_t size, uint64_t header, mmr_split **ret_split);

/* Frees what divides bytes, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_split_close(mmr_split *split);

/* The number of processors that this thread may use, at least 1: as many as its affinity mask has,
 * limited by the quotas of its control groups, which are read once. */
MMR_API unsigned mmr_processors(void);

/* --- Progress --------------------------------------------------------------------------------- */

/* Makes an object that any number of scans may use, one after the other. Returns: NULL if there is
 * no memory. */
MMR_API MMR_MUST_CHECK mmr_progress *mmr_progress_new(void);

/* Frees the object, which no scan may use any more. NULL is allowed. */
MMR_API void mmr_progress_free(mmr_progress *progress);

/* Reads the progress of the scan that was started last.
 *
 * Returns: in `*ret_done` the bytes that it has begun to process or has skipped; in `*ret_total`
 *   the bytes of its range, or MMR_REST for a stream. Both are 0 before the first scan.
 * Threads: safe during a scan. */
MMR_API void mmr_progress_read(
	const mmr_progress *progress, uint64_t *ret_done, uint64_t *ret_total);

/* How the bytes of scans were brought into memory. */
typedef struct mmr_io_summary {
	enum mmr_io_mode io_mode;          /* used for most bytes; AUTO if there were none */
	uint64_t bytes[MMR_IO_DIRECT + 1]; /* by I/O mode */
	/* Bytes that were not in the page cache before, as far as the system reports it, and how
	 * many of them are there now. Both are 0 for scans that only use the map. */
	uint64_t device, kept;
} mmr_io_summary;

/* Adds up all scans that have finished so far.
 *
 * Threads: safe; a scan that finishes meanwhile may be included in part. */
MMR_API void mmr_progress_io(const mmr_progress *progress, mmr_io_summary *ret_summary);

/* --- Bytes that arrive in pieces -------------------------------------------------------------- */

/* What remains of a range, for a caller that reads the bytes itself. */
typedef struct mmr_range {
	uint64_t skip_bytes, bytes; /* to skip, then to take; MMR_REST = all */
	uint64_t skip_lines, lines; /* the same in lines, of the bytes that are taken */
	uint64_t skipped_lines;     /* lines skipped so far */
	char delimiter;
	bool counts_lines; /* set by the caller: `skipped_lines` has those of skipped bytes, too */
	bool of_records;   /* the units are records, which cannot be found in pieces of the input;
			      not set for records of a fixed size, whose range is in bytes */
} mmr_range;

/* The range that options select.
 *
 * Shape: `options` may be NULL: all bytes. */
MMR_API mmr_range mmr_range_of(const mmr_scan_options *options);

/* Takes the next bytes of the input in `*bytes`, reduces them to those in the range, and updates
 * the range.
 *
 * Errors: those of mmr_slice_count; -EINVAL for a range of records. */
MMR_API MMR_MUST_CHECK int mmr_range_cut(mmr_range *range, mmr_slice *bytes);

/* Whether the range is complete: no later byte can be in it. */
MMR_API bool mmr_range_ended(const mmr_range *range);

/* The maximum number of bytes still to read until the range is complete; MMR_REST if it has no end
 * in bytes. */
MMR_API uint64_t mmr_range_wanted(const mmr_range *range);

/* --- Blocks, one after the other -------------------------------------------------------------- */

/* A part of a range. */
typedef struct mmr_block {
	mmr_slice bytes;
	uint64_t off;   /* of the first byte, from the start of the reader */
	uint64_t start; /* of the range, from the start of the reader */
	size_t ahead;   /* bytes at the end of `bytes` that belong to the next block */
} mmr_block;

/* How a range is cut into blocks. Initialize it with MMR_BLOCK_OPTIONS_INIT. */
typedef struct mmr_block_options {
	size_t struct_size;
	size_t window;     /* all lines of a block start within this many bytes; 0 = 2 MiB */
	size_t line_limit; /* longest line that may be buffered, its delimiter included; raised to
			      `window` or 128 KiB, whichever is less; 0 = 64 MiB */
	bool split_lines;  /* blocks may end within a line */
	size_t ahead;      /* bytes shown after the end of each block; for split_lines only */
	bool backward;     /* the last block first; not on streams */
	bool skip_holes;   /* skip holes of sparse files; for split_lines and forward only */
} mmr_block_options;

/* clang-format off */
#define MMR_BLOCK_OPTIONS_INIT { sizeof(mmr_block_options), 0, 0, false, 0, false, false }
/* clang-format on */

/* Iterates over the blocks of a range, in order. A block has whole lines, unless `split_lines` is
 * set. Mapped pages are released between blocks, so that about one window stays in memory.
 *
 *	err = mmr_blocks_open(reader, NULL, NULL, &blocks);
 *	if (err < 0)
 *		return err;
 *	while (mmr_blocks_next(blocks, &block))
 *		use(block.bytes);
 *	err = mmr_blocks_error(blocks);
 *	mmr_blocks_close(blocks); */
typedef struct mmr_blocks mmr_blocks;

/* Opens an iterator over the blocks of a range.
 *
 * Shape: `scan` and `cut` may be NULL. `scan->n_threads` must be 0 or 1.
 * Errors: -EINVAL (options); -ENOMEM; -ESPIPE for `backward` on a stream; -EBUSY while another scan
 *   uses the stream; the code of an earlier fault of the reader; those of mmr_scan_locate.
 * Lifetime: until mmr_blocks_close; the reader must live longer.
 * Threads: an object belongs to one thread; several may use one reader of a file at once. */
MMR_API MMR_MUST_CHECK int mmr_blocks_open(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_block_options *cut, mmr_blocks **ret_blocks);

/* The next block. It is not empty. Unless `split_lines` is set, it ends after a delimiter or at the
 * end of the range.
 *
 * Returns: false at the end or at an error; mmr_blocks_error reports which.
 * Lifetime: of the block, until the next call for the same object. */
MMR_API bool mmr_blocks_next(mmr_blocks *blocks, mmr_block *ret_block);

/* Why there was no next block.
 *
 * Returns: 0 at the end of the range.
 * Errors: MMR_ETRUNCATED when the file has become shorter; a forward iteration returns the blocks
 *   that still exist first. MMR_ELONG for a line past `line_limit`; mmr_last_error_offset is its
 *   start. MMR_EQUOTE after the last row, see mmr_split_rows; -EBADMSG after the last record, see
 *   mmr_split_size. Any errno of read(2) and pread(2); -ENOMEM. */
MMR_API MMR_MUST_CHECK int mmr_blocks_error(const mmr_blocks *blocks);

/* The I/O mode of the last block. */
MMR_API enum mmr_io_mode mmr_blocks_io_mode(const mmr_blocks *blocks);

/* Closes the iterator. Bytes of a stream that were not returned stay for the next scan. NULL is
 * allowed. */
MMR_API void mmr_blocks_close(mmr_blocks *blocks);

/* --- Blocks, by several threads --------------------------------------------------------------- */

/* Processes a block.
 *
 * Returns: 0 to continue; 1 to stop early with success; a negative code to stop with that error.
 * Lifetime: of the block, until the function returns.
 * Threads: called from several threads at once, each with its own `state`. */
typedef int mmr_block_fn(void *state, const mmr_block *block);

/* The functions of a scan and the state of its workers. */
typedef struct mmr_scan_job {
	mmr_block_fn *work;
	/* Called after `work` for the same block and state, in the order of the scan, one call at a
	 * time; NULL when order does not matter. */
	mmr_block_fn *collect;
	/* Initializes a state, which is zeroed. Returns: 0 or a negative code. May be NULL. */
	int (*start)(void *state, void *context);
	/* Merges a state into the context and frees what it owns. Called once for each started
	 * state, after all work, also after an error. May be NULL. */
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size; /* bytes of the state of a worker; states are aligned to 128 bytes */
} mmr_scan_job;

/* Runs a job over all blocks of a range. The calling thread is one of the workers. `start` and
 * `end` run on the calling thread. If not all threads can be created, fewer do the work.
 *
 * Shape: `scan` and `cut` may be NULL.
 * Returns: 0 at the end of the range, 1 when a callback stopped the scan.
 * Errors: what a callback returned, if negative; those of mmr_blocks_open and mmr_blocks_error. The
 *   first error stops all workers; mmr_last_error of the calling thread describes it.
 * Threads: safe. Threads of the library block all signals except SIGBUS, SIGSEGV, SIGFPE, SIGILL
 *   and SIGABRT. */
MMR_API MMR_MUST_CHECK int mmr_scan_run(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_block_options *cut, const mmr_scan_job *job);

/* --- Lines ------------------------------------------------------------------------------------ */

/* What a count found. */
typedef struct mmr_counts {
	uint64_t lines;    /* records or rows; a last line without a delimiter counts, too */
	bool unterminated; /* the last line has no delimiter, or the last record is incomplete */
	uint64_t longest;  /* of mmr_measure_lines: bytes of the longest line, without delimiter */
	uint64_t crlf;     /* of mmr_measure_lines: CR LF pairs, whatever the delimiter is */
} mmr_counts;

/* Counts the lines of a reader. Holes of sparse files are not read, unless lines end with NUL.
 *
 * Shape: `scan` may be NULL.
 * Errors: those of mmr_scan_run; the counts are set with MMR_EQUOTE and -EBADMSG, too.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_count_lines(
	mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts);

/* Like mmr_count_lines, but also sets `longest` and `crlf`, which takes longer. Errors: -EINVAL for
 * records. */
MMR_API MMR_MUST_CHECK int mmr_measure_lines(
	mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts);

/* Finds the start of the line `n_lines` lines after offset `from`, or before it when negative.
 *
 * Line N of a file is N lines after offset 0. The last line of a file is -1 lines after mmr_size,
 * whether or not it ends with a delimiter. Only bytes between `from` and the result are read,
 * except for the rest of a block, and for rows (mmr_split_rows).
 *
 * Shape: the bytes of the range limit the search. `*ret_off` is the end of the range when there are
 *   fewer lines after `from`, and its start when there are fewer before.
 *   `first_line` and `n_lines` of the options must be those of MMR_SCAN_OPTIONS_INIT. `from` should
 *   be the start of a line or the end of the range; it is clamped to the range. `scan` may be NULL.
 * Errors: -ESPIPE for a stream; -EINVAL (options); those of mmr_scan_run. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines,
	const mmr_scan_options *scan, uint64_t *ret_off);

/* Finds the bounds [*ret_start, *ret_stop) of the line that contains byte `off`, with its delimiter
 * if it has one. A delimiter belongs to the line that it ends. Only the line is read, except for
 * the rest of a block at each end, and for rows (mmr_split_rows).
 *
 * Shape: the bytes of the range limit the line. `first_line` and `n_lines` of the options must be
 *   those of MMR_SCAN_OPTIONS_INIT. `scan` may be NULL.
 * Units: bytes from the start of the reader.
 * Errors: -ERANGE for an offset outside of the range, and for its end; those of mmr_line_seek. The
 *   outputs are then unchanged. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_line_bounds(mmr_reader *reader, uint64_t off,
	const mmr_scan_options *scan, uint64_t *ret_start, uint64_t *ret_stop);

/* Finds the number of the line that contains byte `off`, counted from 0 at the start of the range:
 * the number of starts of lines up to `off`, without the start of the range. Several threads count.
 *
 * Shape: like mmr_line_bounds, but `off` may be the end of the range.
 * Units: bytes from the start of the reader.
 * Errors: -ERANGE for an offset outside of the range; -ESPIPE for a stream; -EINVAL (options);
 *   those of mmr_scan_run. `*ret_number` is then unchanged. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_line_number(
	mmr_reader *reader, uint64_t off, const mmr_scan_options *scan, uint64_t *ret_number);

/* Finds the line with a number, counted from 0 at the start of the range, with its delimiter if it
 * has one. With an index in the options, only a few KiB and the line are read. Then
 *
 *	rest = mmr_slice_cut(mmr_bytes(reader), line.ptr - mmr_bytes(reader).ptr, MMR_END);
 *	it = mmr_lines_of(rest, '\n');
 *
 * iterates from that line on.
 *
 * Shape: the bytes of the range limit the line. `first_line` and `n_lines` of the options must be
 *   those of MMR_SCAN_OPTIONS_INIT. `scan` may be NULL.
 * Errors: -ERANGE if there are not so many lines, or whole records; MMR_ENOMAP if the reader has no
 *   addresses; those of mmr_line_seek. `*ret_line` is then unchanged.
 * Lifetime: that of mmr_bytes. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_line_find(
	mmr_reader *reader, uint64_t number, const mmr_scan_options *scan, mmr_slice *ret_line);

/* Finds the bounds of shard `k` of `n`, counted from 1. The range is divided into `n` shares of
 * equal size, the first `size % n` of which have one byte more. A line belongs to the shard whose
 * share contains the first byte of the line. `split -n l/K/N` does the same since coreutils 9.2.
 * The shards 1 to `n` together contain each byte of the range exactly once.
 *
 * Shape: like mmr_line_seek; one thread searches, unless for rows.
 * Units: bytes from the start of the reader. Errors: -EINVAL unless 1 <= k <= n; those of
 *   mmr_line_seek. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_shard(mmr_reader *reader, const mmr_scan_options *scan, uint64_t k,
	uint64_t n, uint64_t *ret_start, uint64_t *ret_stop);

/* --- Matches ---------------------------------------------------------------------------------- */

/* The line number of a match when line numbers were not requested. */
#define MMR_NO_LINE UINT64_MAX

/* A match of a needle. */
typedef struct mmr_match {
	uint64_t off;  /* from the start of the reader */
	uint64_t len;  /* bytes of the match */
	uint64_t line; /* in which it starts, counted from 0 in the reader; or MMR_NO_LINE */
} mmr_match;

/* Flags of mmr_each_match and mmr_regex_each. */
enum mmr_match_flags {
	MMR_MATCH_PLAIN = 0,
	MMR_MATCH_LINES = 1 /* matches have the numbers of their lines; not with records */
};

/* Counts the non-overlapping matches of a needle: as many as mmr_matches_next returns for the whole
 * range. Holes of sparse files are not read unless the needle contains a NUL.
 *
 * Shape: `scan` may be NULL.
 * Errors: those of mmr_scan_run. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_count_matches(mmr_reader *reader, const mmr_needle *needle,
	const mmr_scan_options *scan, uint64_t *ret_matches);

/* Processes a match.
 *
 * Returns: 0 to continue, 1 to stop, a negative code to stop with that error. */
typedef int mmr_match_fn(void *context, const mmr_match *match);

/* Calls `fn` for each match that mmr_count_matches counts, in the order of the input. Calls do
 * not overlap, but may come from different threads.
 *
 * Shape: `flags` are of enum mmr_match_flags.
 * Returns: 0 at the end of the range, 1 when `fn` stopped the scan.
 * Errors: what `fn` returned, if negative; otherwise like mmr_count_matches. */
MMR_API MMR_MUST_CHECK int mmr_each_match(mmr_reader *reader, const mmr_needle *needle,
	const mmr_scan_options *scan, unsigned flags, mmr_match_fn *fn, void *context);

/* --- Numbers ---------------------------------------------------------------------------------- */

/* Adds up the numbers of a reader. array.h explains elements and summaries. With a stride and an
 * offset, only one column of an array of records is added up.
 *
 * Shape: `stride` is the distance between the starts of two elements in bytes; 0 = the size of an
 *   element. `scan` may be NULL.
 * Returns: 0. The sum is the same to the last bit for every number of threads, I/O mode and
 * backing.
 * Errors: -EBADMSG when the range ends within an element, with the number of remaining bytes in
 *   mmr_last_error; -EINVAL (type, order, stride); those of mmr_scan_run. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_sum_numbers(mmr_reader *reader, enum mmr_type type,
	enum mmr_order order, size_t stride, const mmr_scan_options *scan,
	mmr_summary *ret_summary);

MMR_END_DECLS

#endif
