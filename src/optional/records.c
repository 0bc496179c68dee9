/* records.c - compiles records: a text, paragraphs, or a regular expression
 *
 * SPDX-License-Identifier: MIT */
#include "scan/records.h"

#include "optional/regex_heads.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <string.h>

/* Bytes that have a meaning in an expression. */
static const char special[] = "\\^$.[|()?*+{";

static bool is_literal(mmr_slice pattern)
{
	size_t i;

	for (i = 0; i < pattern.len; i++)
		if (pattern.ptr[i] != '\0' && strchr(special, pattern.ptr[i]))
			return false;
	return true;
}

/* Without a `^` at its start, an expression that is tried at starts of lines means the same. */
static mmr_slice without_anchor(mmr_slice pattern)
{
	if (pattern.len < 2 || pattern.ptr[0] != '^' || memchr("?*+{", pattern.ptr[1], 4))
		return pattern;
	return (mmr_slice){pattern.ptr + 1, pattern.len - 1};
}

static int compile(mmr_slice pattern, mmr_slice text, char delimiter, mmr_split **ret_records)
{
	if (pattern.len == 0)
		return records_of_paragraphs(delimiter, ret_records);
	if (!is_literal(text))
		return records_of_regex(text, delimiter, ret_records);
	if (memchr(text.ptr, delimiter, text.len))
		return error_explain_at(-EINVAL, UINT64_MAX,
			"cannot compile records: their pattern contains the delimiter of lines");
	if (text.len > RECORDS_HEAD)
		return error_explain_at(-EINVAL, UINT64_MAX,
			"cannot compile records: a text of %zu bytes is longer than %zu", text.len,
			RECORDS_HEAD);
	return records_of_text(text, delimiter, ret_records);
}

int mmr_split_compile(mmr_slice pattern, char delimiter, mmr_split **ret_records)
{
	mmr_slice text;
	int err;

	if (slice_is_nowhere(pattern))
		return error_nowhere();
	text = without_anchor(pattern);
	err = compile(pattern, text, delimiter, ret_records);
	if (err == 0)
		(*ret_records)->identity = XXH3_64bits(text.ptr, text.len) | 1;
	return err;
}

void mmr_split_close(mmr_split *records)
{
	if (records)
		records->close(records);
}
