/* compare_print.c - the first difference, the number of them, and a picture of where they are
 *
 * SPDX-License-Identifier: MIT */
#include "actions/compare_print.h"

#include "output/json.h"
#include "output/output.h"
#include "output/picture.h"
#include "status/message.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Columns before each fact. */
#define NAME_WIDTH 11

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...)
{
	/* The longest text has two names of files with each byte escaped. */
	static char line[8 * PATH_MAX + 256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	output_write(line, len < (int)sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

/* --- For people ------------------------------------------------------------------------------- */

/* A byte as cmp prints it: ^ for control, M- for the upper half. */
static const char *visible(unsigned char byte, char text[8])
{
	char *to = text;

	if (byte >= 0x80) {
		*to++ = 'M';
		*to++ = '-';
		byte -= 0x80;
	}
	if (byte < ' ' || byte == 0x7f) {
		*to++ = '^';
		byte ^= 0x40;
	}
	*to++ = (char)byte;
	*to = '\0';
	return text;
}

static void print_first(const struct task *task, const mmr_comparison *found)
{
	const char *name = message_quote(task->input->name);
	const char *other = message_quote(task->other->input->name);
	char one[8], two[8];

	print("%s %s differ: byte %" PRIu64 ", line %" PRIu64 " is %3o %s %3o %s\n", name, other,
		found->first, found->line + 1, (unsigned)found->bytes[0],
		visible(found->bytes[0], one), (unsigned)found->bytes[1],
		visible(found->bytes[1], two));
}

/* Offsets count from the starts of the selections. */
static void print_place(const struct task *task, const mmr_comparison *found, uint64_t off)
{
	uint64_t one = task->input->base + found->starts[0];
	uint64_t two = task->other->input->base + found->starts[1];

	if (one > 0 || two > 0)
		print("%-*sbyte %" PRIu64 " and byte %" PRIu64 "\n", NAME_WIDTH,
			"in files:", one + off, two + off);
}

static void print_end(const struct task *task, const mmr_comparison *found)
{
	const struct input *shorter = found->shorter == 1 ? task->input : task->other->input;

	print("EOF on %s at byte %" PRIu64, message_quote(shorter->name), found->compared);
	/* Lines before the end are not counted if there is a difference. */
	if (found->first == MMR_REST)
		print(", line %" PRIu64, found->line + 1);
	print("\n");
}

/* The share of bytes that differ in the blocks [from, to), as a bucket of a picture. */
static uint16_t bucket(
	const mmr_comparison *found, const uint64_t *counts, uint64_t from, uint64_t to)
{
	uint64_t stop = min_u64(multiply_clamped(to, found->grain), found->compared);
	uint64_t n_bytes = stop - from * found->grain, n = 0;
	double share;

	for (; from < to; from++)
		n += counts[from];
	if (n == 0 || n == n_bytes)
		return n == 0 ? 0 : MMR_BUCKET_FULL;
	share = (double)n / (double)n_bytes * MMR_BUCKET_FULL;
	if (share < 1)
		return 1;
	return share < MMR_BUCKET_FULL - 1 ? (uint16_t)share : MMR_BUCKET_FULL - 1;
}

static void print_picture(const mmr_comparison *found, const uint64_t *counts)
{
	uint64_t used = (found->compared - 1) / found->grain + 1;
	size_t width = (size_t)min_u64(used, picture_width(NAME_WIDTH)), i;
	uint16_t buckets[PICTURE_WIDTH];
	char picture[PICTURE_ROOM];

	for (i = 0; i < width; i++)
		buckets[i] = bucket(found, counts, i * used / width, (i + 1) * used / width);
	print("%-*s%s\n", NAME_WIDTH, "where:", picture_draw(buckets, width, picture));
}

static void print_text(const struct task *task, const mmr_comparison *found, const uint64_t *counts)
{
	if (found->first != MMR_REST) {
		print_first(task, found);
		print_place(task, found, found->first);
	}
	if (found->shorter > 0)
		print_end(task, found);
	if (found->first == MMR_REST || found->grain == 0)
		return;
	print("%-*s%" PRIu64 " of %" PRIu64 " bytes\n", NAME_WIDTH, "different:", found->different,
		found->compared);
	print_picture(found, counts);
}

/* --- For programs ----------------------------------------------------------------------------- */

static void print_object(
	const struct task *task, const mmr_comparison *found, const uint64_t *counts)
{
	bool differ = found->first != MMR_REST, end = found->shorter > 0;
	uint64_t starts[] = {
		task->input->base + found->starts[0], task->other->input->base + found->starts[1]};
	uint64_t bytes[] = {found->bytes[0], found->bytes[1]};

	json_begin(task->input->name);
	json_text("other", task->other->input->name);
	json_literal("equal", differ || end ? "false" : "true");
	json_number("compared", found->compared);
	json_number("different", found->different);
	json_number_or_null("offset", found->first, differ);
	json_number_or_null("line", found->line + 1, differ || end);
	if (differ)
		json_numbers("bytes", bytes, 2);
	else
		json_literal("bytes", "null");
	if (end)
		json_text("shorter", (found->shorter == 1 ? task : task->other)->input->name);
	else
		json_literal("shorter", "null");
	json_numbers("starts", starts, 2);
	json_number_or_null("block", found->grain, found->grain > 0);
	if (found->grain > 0)
		json_numbers("blocks", counts,
			(size_t)((found->compared + found->grain - 1) / found->grain));
	else
		json_literal("blocks", "null");
	json_end();
}

void compare_print(const struct task *task, const mmr_comparison *found, const uint64_t *counts)
{
	if (task->options->json)
		print_object(task, found, counts);
	else
		print_text(task, found, counts);
}
