/* fuzz_layout.c - the parser of layouts, against one that splits the text into words first
 *
 * Length: 512
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <errno.h>

#define MOST_FIELDS 512
#define LARGEST     ((uint64_t)1 << 30)
#define LONGEST     64

static const char blanks[] = " \t\n\r";
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char others[] = "0123456789-.";

struct naive_field {
	mmr_slice name;
	uint64_t off, size;
	unsigned type;
	bool swapped;
};

struct naive {
	struct naive_field fields[MOST_FIELDS];
	size_t n_fields;
	uint64_t size;
	/* In an invalid layout, the error is within these offsets. */
	size_t wrong_from, wrong_to;
};

static bool is_in(char byte, const char *set)
{
	return byte != '\0' && strchr(set, byte) != NULL;
}

static bool refuse(struct naive *naive, size_t from, size_t to)
{
	naive->wrong_from = from;
	naive->wrong_to = to;
	return false;
}

static bool is_name(mmr_slice name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!is_in(name.ptr[i], letters) && (i == 0 || !is_in(name.ptr[i], others)))
			return false;
	return name.len >= 1 && name.len <= LONGEST;
}

/* Parses a number that is followed by one letter. Returns: the number, or 0. */
static uint64_t size_of(mmr_slice word)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i + 1 < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return 0;
		if (size <= LARGEST)
			size = size * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	return word.len == 1 ? 1 : size <= LARGEST ? size : 0;
}

/* Compares a word with all names of types. Returns: whether it is a type. */
static bool find_type(mmr_slice word, struct naive_field *field, bool *ret_padding)
{
	static const struct {
		const char *name;
		size_t size;
	} types[] = {{"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}, {"i8", 1}, {"i16", 2},
		{"i32", 4}, {"i64", 8}, {"f16", 2}, {"f32", 4}, {"f64", 8}};
	const uint16_t one = 1;
	const char *foreign = *(const char *)&one == 1 ? "be" : "le";
	size_t i, len;

	*ret_padding = false;
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		len = strlen(types[i].name);
		if (word.len < len || memcmp(word.ptr, types[i].name, len) != 0)
			continue;
		if (word.len != len &&
			(word.len != len + 2 || (memcmp(word.ptr + len, "le", 2) != 0 &&
							memcmp(word.ptr + len, "be", 2) != 0)))
			continue;
		field->type = MMR_U8 + (unsigned)i;
		field->size = types[i].size;
		field->swapped = types[i].size > 1 && word.len > len && word.ptr[len] == foreign[0];
		return true;
	}
	if (word.len == 0 || !is_in(word.ptr[word.len - 1], "sx"))
		return false;
	*ret_padding = word.ptr[word.len - 1] == 'x';
	field->size = size_of(word);
	return field->size > 0;
}

static bool add_word(struct naive *naive, mmr_slice all, mmr_slice word)
{
	struct naive_field *field = &naive->fields[naive->n_fields];
	size_t from = (size_t)(word.ptr - all.ptr);
	const char *colon = memchr(word.ptr, ':', word.len);
	mmr_slice type = word;
	bool padding;

	memset(field, 0, sizeof(*field));
	if (colon) {
		field->name.ptr = word.ptr;
		field->name.len = (size_t)(colon - word.ptr);
		type = mmr_slice_cut(word, colon + 1 - word.ptr, MMR_END);
		type.ptr = colon + 1;
		if (!is_name(field->name))
			return refuse(naive, from, from + field->name.len);
	}
	if (!find_type(type, field, &padding) || field->size > LARGEST - naive->size)
		return refuse(naive, from, from + word.len);
	field->off = naive->size;
	naive->size += field->size;
	naive->n_fields += !padding;
	return true;
}

/* The second of two fields with the same name is wrong. */
static bool names_differ(struct naive *naive, mmr_slice all)
{
	const struct naive_field *fields = naive->fields;
	size_t i, k, from;

	for (i = 0; i < naive->n_fields; i++)
		for (k = 0; k < i; k++) {
			if (fields[i].name.len == 0 ||
				!mmr_slice_equal(fields[i].name, fields[k].name))
				continue;
			from = (size_t)(fields[i].name.ptr - all.ptr);
			return refuse(naive, from, from + fields[i].name.len);
		}
	return true;
}

static bool parse(mmr_slice all, struct naive *naive)
{
	size_t at = 0, n_commas, n_words, comma = 0;
	mmr_slice word;

	naive->n_fields = 0;
	naive->size = 0;
	for (n_words = 0;; n_words++) {
		for (n_commas = 0; at < all.len && is_in(all.ptr[at], " \t\n\r,"); at++) {
			if (all.ptr[at] != ',')
				continue;
			comma = at;
			if (++n_commas > (n_words > 0))
				return refuse(naive, at, at);
		}
		if (at == all.len)
			break;
		word.ptr = all.ptr + at;
		while (at < all.len && all.ptr[at] != ',' && !is_in(all.ptr[at], blanks))
			at++;
		word.len = (size_t)(all.ptr + at - word.ptr);
		if (!add_word(naive, all, word))
			return false;
	}
	if (n_commas > 0)
		return refuse(naive, comma, comma);
	return naive->n_fields > 0 ? names_differ(naive, all) : refuse(naive, 0, 0);
}

static void compare(const mmr_layout *layout, const struct naive *naive)
{
	char name[LONGEST + 1];
	size_t i;

	MUST(mmr_layout_size(layout) == naive->size, "%zu bytes instead of %llu",
		mmr_layout_size(layout), (unsigned long long)naive->size);
	MUST(mmr_layout_n_fields(layout) == naive->n_fields, "%zu fields instead of %zu",
		mmr_layout_n_fields(layout), naive->n_fields);
	MUST(!mmr_layout_field(layout, naive->n_fields), "one field too many");
	MUST(!mmr_layout_find(layout, ""), "a field without a name");
	for (i = 0; i < naive->n_fields; i++) {
		const struct naive_field *field = &naive->fields[i];
		const mmr_field *found = mmr_layout_field(layout, i);

		if (field->name.len > 0)
			snprintf(name, sizeof(name), "%.*s", (int)field->name.len, field->name.ptr);
		else
			snprintf(name, sizeof(name), "%zu", i);
		MUST(found && strcmp(found->name, name) == 0, "field %zu is not '%s'", i, name);
		MUST(mmr_layout_find(layout, name) == found, "'%s' is another field", name);
		MUST(found->off == field->off && found->size == field->size, "'%s': %zu bytes",
			name, found->size);
		MUST(found->type == field->type && found->swapped == field->swapped,
			"'%s': type %d", name, found->type);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct naive naive;
	struct taker taker = {data, size};
	mmr_layout *layout = NULL;
	mmr_slice all;
	char *copy;
	uint64_t off;
	int err;

	/* A word has at least two bytes including its separator, so the number of fields is
	 * limited. */
	if (size > MOST_FIELDS)
		return 0;
	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	err = mmr_layout_parse(all, &layout);
	if (parse(all, &naive)) {
		MUST(err == 0, "%s", mmr_last_error());
		/* The layout has copies of the names. */
		memset(copy, 'X', all.len);
		free(copy);
		copy = take_copy(&(struct taker){data, size}, &all.len);
		MUST(parse((mmr_slice){copy, all.len}, &naive), "the oracle gave two results");
		compare(layout, &naive);
	} else {
		off = mmr_last_error_offset();
		MUST(err == -EINVAL && !layout, "code %d", err);
		MUST(strncmp(mmr_last_error(), "cannot parse layout: ", 21) == 0, "%s",
			mmr_last_error());
		MUST(off >= naive.wrong_from && off <= naive.wrong_to && off <= size,
			"%llu, not %zu to %zu: %s", (unsigned long long)off, naive.wrong_from,
			naive.wrong_to, mmr_last_error());
	}
	mmr_layout_close(layout);
	free(copy);
	return 0;
}
