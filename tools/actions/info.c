/* info.c - describes a file: type, size, lines, holes, memory
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/info_index.h"
#include "output/human.h"
#include "output/json.h"
#include "status/message.h"
#include "output/output.h"
#include "output/picture.h"
#include "status/report.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Columns before each fact. */
#define NAME_WIDTH 11

/* Prints "name:" and a text, aligned. */
__attribute__((format(printf, 2, 3))) static void print_fact(
	const char *name, const char *format, ...)
{
	/* The longest text is the name of a file with each byte escaped. */
	static char line[NAME_WIDTH + 4 * PATH_MAX + 2];
	va_list args;
	int len;

	len = snprintf(line, sizeof(line), "%-*s", NAME_WIDTH, name);
	va_start(args, format);
	len += vsnprintf(line + len, sizeof(line) - (size_t)len - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	output_write(line, (size_t)len);
}

/* All facts about an input. */
struct facts {
	mmr_filetype kind;
	mmr_counts counts;
	bool newlines;    /* lines end with LF or CR LF, as usual */
	bool has_storage; /* the next members are known: the file is on a disk */
	uint64_t size, on_disk, n_holes, holes;
	mmr_residency cached;
	uint16_t buckets[PICTURE_WIDTH];
	size_t n_buckets;
	struct index_facts index;
};

/* Opens the selection as a reader, since all facts are about the selection. */
static int open_part(const struct task *task, mmr_reader **ret_part)
{
	const struct input *input = task->input;
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;

	selection_report(input, &task->scan);
	how.offset = input->base + task->scan.offset;
	how.length = task->scan.length;
	if (mmr_backing(input->reader) == MMR_BACKING_UNMAPPED)
		how.backing = MMR_BACKING_UNMAPPED;
	return mmr_open_fd(input->fd, &how, ret_part);
}

static void find_holes(struct facts *facts, const mmr_reader *part)
{
	mmr_extents it = mmr_extents_of(part);
	uint64_t at = 0, data = 0;
	mmr_extent extent;

	while (mmr_extents_next(&it, &extent)) {
		facts->n_holes += extent.off > at;
		data += extent.len;
		at = extent.off + extent.len;
	}
	facts->n_holes += facts->size > at;
	facts->holes = facts->size - data;
}

/* Whether the kernel makes the contents of a regular file when it is read. The library does not
 * follow such a file. Returns: 1 or 0; a code of the library. */
static int is_pseudo(int fd)
{
	mmr_follow_options how = MMR_FOLLOW_OPTIONS_INIT;
	mmr_follow *follow;
	int err;

	how.polling = true;
	err = mmr_follow_open(&how, &follow);
	if (err < 0)
		return err;
	err = mmr_follow_add_fd(follow, fd, 0);
	mmr_follow_close(follow);
	return err == -ENOTSUP ? 1 : err;
}

/* Call it before anything is read, which would change what is in memory. */
static int ask_storage(struct facts *facts, const struct input *input, const mmr_reader *part)
{
	bool whole = input->base == 0 && facts->size == mmr_size(input->reader);
	struct stat st;
	int pseudo;

	facts->on_disk = MMR_UNKNOWN;
	if (input->spooled)
		return 0;
	if (fstat(input->fd, &st) < 0)
		return -errno;
	pseudo = S_ISREG(st.st_mode) ? is_pseudo(input->fd) : 0;
	if (pseudo < 0)
		return pseudo;
	/* Files of /proc and /sys have no size, or a wrong one. A larger size is right: the file
	 * may have grown since it was opened. */
	if (S_ISREG(st.st_mode) &&
		(pseudo || (uint64_t)st.st_size < input->base + mmr_size(input->reader)))
		return 0;
	facts->has_storage = true;
	if (S_ISREG(st.st_mode) && whole)
		facts->on_disk = 512 * (uint64_t)st.st_blocks;
	find_holes(facts, part);
	facts->n_buckets = picture_width(NAME_WIDTH);
	return mmr_reader_residency(
		part, 0, MMR_REST, facts->buckets, facts->n_buckets, &facts->cached);
}

static int ask_contents(struct facts *facts, mmr_reader *part, const struct task *task)
{
	mmr_scan_options all = task->scan;
	int err;

	all.offset = 0;
	all.length = MMR_REST;
	all.index = NULL;
	facts->newlines = all.delimiter == '\n';
	err = mmr_filetype_of(part, &facts->kind);
	if (err < 0)
		return err;
	return mmr_measure_lines(part, &all, &facts->counts);
}

/* Why it is unknown how much of a file is in memory. */
static const char *reason_of(int reason)
{
	switch (reason) {
	case -EPERM:
		return "the kernel reports it only to users who own the file or can write to it";
	case -ENOSYS:
		return "the kernel has no call that reports it";
	default:
		return mmr_strerror(reason);
	}
}

static const char *line_ends(const struct facts *facts)
{
	uint64_t all = facts->counts.lines - facts->counts.unterminated;

	if (all == 0)
		return "none";
	if (facts->counts.crlf == 0)
		return "LF";
	return facts->counts.crlf == all ? "CRLF" : "mixed";
}

/* --- For people ------------------------------------------------------------------------------- */

static void print_size(const char *name, uint64_t bytes, const char *after)
{
	char human[HUMAN_ROOM];

	/* Fewer than 1 KiB need no other unit. */
	if (bytes < 1024)
		print_fact(name, "%" PRIu64 " byte%s%s", bytes, bytes == 1 ? "" : "s", after);
	else
		print_fact(name, "%" PRIu64 " bytes (%s)%s", bytes,
			human_size((double)bytes, human), after);
}

/* 0 only if nothing is in memory, and 100 only if everything is. */
static double percentage(const mmr_residency *cached)
{
	double percent = 100 * (double)cached->resident / (double)cached->bytes;

	if (cached->resident == 0 || cached->resident == cached->bytes)
		return percent;
	return percent < 0.1 ? 0.1 : percent > 99.9 ? 99.9 : percent;
}

static void print_storage(const struct facts *facts)
{
	static char text[PICTURE_ROOM];
	char holes[64];

	if (facts->on_disk != MMR_UNKNOWN)
		print_size("on disk:", facts->on_disk, "");
	snprintf(holes, sizeof(holes), " in %" PRIu64, facts->n_holes);
	if (facts->n_holes == 0)
		print_fact("holes:", "none");
	else
		print_size("holes:", facts->holes, holes);
	if (facts->cached.source == MMR_RESIDENCY_UNKNOWN) {
		print_fact("in memory:", "unknown: %s", reason_of(facts->cached.reason));
	} else if (facts->size > 0) {
		print_fact("in memory:", "%.1f %%", percentage(&facts->cached));
		print_fact("", "%s", picture_draw(facts->buckets, facts->n_buckets, text));
	}
}

static void print_index(const struct index_facts *index)
{
	char text[128];

	index_facts_describe(index, text, sizeof(text));
	if (index->state == INDEX_NONE)
		print_fact("index:", "none");
	else
		print_fact("index:", "%s, %s", message_quote(index->path), text);
}

static void print_facts(const struct input *input, const struct facts *facts)
{
	static bool again;

	if (again)
		output_write("\n", 1);
	again = true;
	print_fact("file:", "%s", message_quote(input->name));
	print_fact("type:", "%s", facts->kind.description);
	print_fact("mime:", "%s", facts->kind.mime);
	print_fact("encoding:", "%s", facts->kind.encoding);
	print_size("size:", facts->size, "");
	print_fact("lines:", "%" PRIu64, facts->counts.lines);
	print_size("longest:", facts->counts.longest, "");
	if (facts->newlines && strcmp(line_ends(facts), "mixed") == 0)
		print_fact("line ends:", "mixed: %" PRIu64 " CRLF, %" PRIu64 " LF",
			facts->counts.crlf,
			facts->counts.lines - facts->counts.unterminated - facts->counts.crlf);
	else if (facts->newlines)
		print_fact("line ends:", "%s", line_ends(facts));
	if (facts->counts.unterminated)
		print_fact("last line:", "without a delimiter");
	if (facts->has_storage)
		print_storage(facts);
	if (facts->index.path[0])
		print_index(&facts->index);
}

/* --- For programs ----------------------------------------------------------------------------- */

static void print_object(const struct input *input, const struct facts *facts)
{
	bool cached = facts->has_storage && facts->cached.source != MMR_RESIDENCY_UNKNOWN;

	json_begin(input->name);
	json_text("type", facts->kind.description);
	json_text("mime", facts->kind.mime);
	json_text("encoding", facts->kind.encoding);
	json_number("size", facts->size);
	json_number("lines", facts->counts.lines);
	json_number("longest", facts->counts.longest);
	json_number("crlf", facts->counts.crlf);
	if (facts->newlines)
		json_text("line_ends", line_ends(facts));
	else
		json_literal("line_ends", "null");
	json_literal("unterminated", facts->counts.unterminated ? "true" : "false");
	json_number_or_null("on_disk", facts->on_disk, facts->on_disk != MMR_UNKNOWN);
	json_number_or_null("holes", facts->n_holes, facts->has_storage);
	json_number_or_null("hole_bytes", facts->holes, facts->has_storage);
	json_number_or_null("cacheable", facts->cached.bytes, cached);
	json_number_or_null("cached", facts->cached.resident, cached);
	if (facts->index.path[0] && facts->index.state != INDEX_NONE)
		json_text("index", facts->index.path);
	else
		json_literal("index", "null");
	if (facts->index.path[0])
		json_text("index_state", index_facts_word(&facts->index));
	else
		json_literal("index_state", "null");
	json_end();
}

enum status action_info(struct task *task)
{
	static struct facts facts;
	struct input *input = task->input;
	mmr_reader *part = NULL;
	int err;

	memset(&facts, 0, sizeof(facts));
	err = open_part(task, &part);
	if (err == 0) {
		facts.size = mmr_size(part);
		err = ask_storage(&facts, input, part);
	}
	if (err == 0)
		err = ask_contents(&facts, part, task);
	if (err == 0)
		err = index_facts_find(task, &facts.index);
	mmr_close(part);
	if (err < 0)
		return message_file(input->name, err);
	report_lines(facts.counts.lines);
	if (task->options->json)
		print_object(input, &facts);
	else
		print_facts(input, &facts);
	return STATUS_DONE;
}
