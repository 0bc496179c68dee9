/* info.c - what a file is
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "message.h"
#include "output.h"
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* "name:" and a text, aligned. */
static void print_fact(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_fact(const char *name, const char *format, ...)
{
	char line[4096];
	va_list args;
	int len;

	len = snprintf(line, sizeof(line), "%-10s ", name);
	va_start(args, format);
	len += vsnprintf(line + len, sizeof(line) - (size_t)len - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	output_write(line, (size_t)len);
}

/* "1.4 GiB"; "" below 1 KiB, where the bytes say enough. */
static const char *human_size(uint64_t size, char text[32])
{
	static const char units[] = "KMGTPE";
	double value = (double)size / 1024;
	unsigned unit = 0;

	text[0] = '\0';
	if (size < 1024)
		return text;
	for (; value >= 1023.95 && unit + 2 < sizeof(units); unit++)
		value /= 1024;
	snprintf(text, 32, " (%.1f %ciB)", value, units[unit]);
	return text;
}

/* The part as a reader of its own: what is told is told of the part. */
static int open_part(struct input *input, const struct options *options, mmr_reader **ret_part)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	struct span span;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return err;
	input->used = span.stop;
	report_bytes(span.stop - span.start);
	how.offset = input->base + span.start;
	how.length = span.stop - span.start;
	if (mmr_backing(input->reader) == MMR_BACKING_UNMAPPED)
		how.backing = MMR_BACKING_UNMAPPED;
	return mmr_open_fd(input->fd, &how, ret_part);
}

static int ask(
	mmr_reader *part, const struct options *options, mmr_kind *ret_kind, mmr_counts *ret_counts)
{
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	int err;

	how.delimiter = options->delimiter;
	how.n_threads = options->n_threads;
	err = mmr_kind_of(part, ret_kind);
	return err < 0 ? err : mmr_count_lines(part, &how, ret_counts);
}

enum status action_info(struct input *input, const struct options *options)
{
	static bool again;
	mmr_reader *part = NULL;
	mmr_counts counts;
	char human[32];
	uint64_t size;
	mmr_kind kind;
	int err;

	err = open_part(input, options, &part);
	if (err == 0)
		err = ask(part, options, &kind, &counts);
	if (err < 0) {
		mmr_close(part);
		return message_file(input->name, err);
	}
	size = mmr_size(part);
	mmr_close(part);
	report_lines(counts.lines);
	if (again)
		output_write("\n", 1);
	again = true;
	print_fact("file:", "%s", message_quote(input->name));
	print_fact("type:", "%s", kind.description);
	print_fact("mime:", "%s", kind.mime);
	print_fact("encoding:", "%s", kind.encoding);
	print_fact("size:", "%" PRIu64 " bytes%s", size, human_size(size, human));
	print_fact("lines:", "%" PRIu64, counts.lines);
	if (counts.unterminated)
		print_fact("last line:", "without a delimiter");
	return STATUS_DONE;
}
