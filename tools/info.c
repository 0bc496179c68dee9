/* info.c - what a file is
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "message.h"
#include "output.h"
#include "tally.h"

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

enum status action_info(struct input *input, const struct options *options)
{
	static bool again;
	uint64_t size = mmr_size(input->reader);
	struct tally tally = {0};
	char human[32];
	mmr_kind kind;
	int err;

	err = mmr_kind_of(input->reader, &kind);
	if (err == 0)
		err = tally_part(input, options, &tally);
	if (err < 0)
		return message_file(input->name, err);
	if (again)
		output_write("\n", 1);
	again = true;
	print_fact("file:", "%s", message_quote(input->name));
	print_fact("type:", "%s", kind.description);
	print_fact("mime:", "%s", kind.mime);
	print_fact("encoding:", "%s", kind.encoding);
	print_fact("size:", "%" PRIu64 " bytes%s", size, human_size(size, human));
	print_fact("lines:", "%" PRIu64, tally.n_lines);
	if (tally.unterminated)
		print_fact("last line:", "without a delimiter");
	return STATUS_DONE;
}
