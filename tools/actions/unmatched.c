/* unmatched.c - after a search without a match: is the input compressed, or UTF-16?
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "status/message.h"

#include <string.h>

static const struct format {
	const char *type; /* MIME type of a compressed file, or encoding of text */
	const char *name, *command;
} formats[] = {
	{"application/gzip", "gzip-compressed", "gzip -dc"},
	{"application/zstd", "zstd-compressed", "zstd -dc"},
	{"application/x-xz", "xz-compressed", "xz -dc"},
	{"application/x-bzip2", "bzip2-compressed", "bzip2 -dc"},
	{"utf-16le", "UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
	{"utf-16be", "UTF-16 text", "iconv -f UTF-16 -t UTF-8"},
	{"utf-32le", "UTF-32 text", "iconv -f UTF-32 -t UTF-8"},
	{"utf-32be", "UTF-32 text", "iconv -f UTF-32 -t UTF-8"},
};

/* Whether a selection is empty in inputs of any size. */
static bool is_always_empty(const struct selection *selection)
{
	const struct range *range = &selection->range;

	if (selection->part != PART_BYTES && selection->part != PART_LINES)
		return false;
	if (range_from_end(range))
		return false;
	if (range->has_length)
		return range->length == 0;
	return range->stop != MMR_END && range->stop <= range->start;
}

static bool nothing_was_searched(const struct options *options)
{
	size_t i;

	if (options->maximum == 0)
		return true;
	for (i = 0; i < options->n_selections; i++)
		if (!is_always_empty(&options->selections[i]))
			return false;
	return true;
}

enum status unmatched_explain(const struct input *input, const struct options *options)
{
	char head[16];
	mmr_filetype kind;
	size_t len, i;
	int err;

	if (nothing_was_searched(options))
		return STATUS_NO_MATCH;
	err = input_head(input, head, sizeof(head), &len);
	if (err == 0)
		err = mmr_filetype_sniff((mmr_slice){head, len}, &kind);
	if (err < 0)
		return message_file(input->name, err);
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct format *format = &formats[i];

		if (strcmp(kind.mime, format->type) != 0 &&
			strcmp(kind.encoding, format->type) != 0)
			continue;
		message("%s: no match: the input is %s; search the output of '%s' instead",
			message_quote(input->name), format->name, format->command);
		break;
	}
	return STATUS_NO_MATCH;
}
