/* keys.c - finds the keys of lines, and compares them
 *
 * SPDX-License-Identifier: MIT */
#include "search/keys.h"

#include <mmreader/slice.h>

#include <errno.h>
#include <math.h>
#include <string.h>

/* --- Numbers ---------------------------------------------------------------------------------- */

/* The value of a text: exact if it is a whole number of 64 bits. */
struct number {
	bool is_whole;
	int64_t whole;
	double value;
};

static bool parse(mmr_slice text, struct number *ret_number)
{
	int err;

	text = mmr_slice_trim(text);
	*ret_number = (struct number){0};
	ret_number->is_whole = mmr_slice_to_i64(text, &ret_number->whole) == 0;
	if (ret_number->is_whole)
		return true;
	err = mmr_slice_to_f64(text, &ret_number->value);
	/* A number that is too large is infinite. */
	if (err == -ERANGE)
		ret_number->value = text.ptr[0] == '-' ? -HUGE_VAL : HUGE_VAL;
	return (err == 0 || err == -ERANGE) && !isnan(ret_number->value);
}

static int sign_of(double value)
{
	return value < 0 ? -1 : value > 0;
}

/* Compares values, not what they become when one of them is converted: so the order is one. */
static int compare_mixed(int64_t whole, double value)
{
	int64_t rest;

	if (value >= 0x1p63)
		return -1;
	if (value < -0x1p63)
		return 1;
	rest = (int64_t)value;
	if (whole != rest)
		return whole < rest ? -1 : 1;
	return sign_of((double)rest - value);
}

static int compare_numbers(mmr_slice a, mmr_slice b)
{
	struct number left, right;

	/* Keys are numbers, and what keys are compared with is one, too. */
	if (!parse(a, &left) || !parse(b, &right))
		return 0;
	if (left.is_whole && right.is_whole)
		return left.whole < right.whole ? -1 : left.whole > right.whole;
	if (left.is_whole)
		return compare_mixed(left.whole, right.value);
	if (right.is_whole)
		return -compare_mixed(right.whole, left.value);
	return left.value < right.value ? -1 : left.value > right.value;
}

int keys_compare(const struct keys *keys, mmr_slice a, mmr_slice b)
{
	if (keys->key.compare)
		return keys->key.compare(keys->key.context, a, b);
	return keys->key.numeric ? compare_numbers(a, b) : mmr_slice_compare(a, b);
}

/* --- Where keys are --------------------------------------------------------------------------- */

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool has_form(mmr_slice line, mmr_slice wanted)
{
	size_t i;

	if (line.len < wanted.len)
		return false;
	for (i = 0; i < wanted.len; i++) {
		char byte = line.ptr[i], model = wanted.ptr[i];

		if (is_digit(model) ? !is_digit(byte)
				    : (is_letter(model) ? !is_letter(byte) : byte != model))
			return false;
	}
	return true;
}

static bool separates(char byte, char separator)
{
	return byte == separator || (separator == ' ' && byte == '\t');
}

/* Moves `*at` over one separator, or over all blanks. */
static void pass_separator(mmr_slice line, char separator, size_t *at)
{
	while (*at < line.len && separates(line.ptr[*at], separator)) {
		++*at;
		if (separator != ' ')
			return;
	}
}

static int find_field(mmr_slice line, uint64_t field, char separator, mmr_slice *ret_key)
{
	size_t at = 0, start;

	/* Blanks at the start of a line separate nothing. */
	if (separator == ' ')
		pass_separator(line, separator, &at);
	for (;; field--) {
		start = at;
		while (at < line.len && !separates(line.ptr[at], separator))
			at++;
		if (field == 0)
			break;
		if (at == line.len)
			return 0;
		pass_separator(line, separator, &at);
	}
	*ret_key = (mmr_slice){line.ptr + start, at - start};
	/* Nor do blanks at its end. */
	return separator != ' ' || at > start;
}

static int reserve(struct key_copy *copy, size_t room)
{
	if (room <= copy->room)
		return 0;
	heap_free(copy->bytes);
	copy->bytes = heap_alloc(room);
	copy->room = copy->bytes ? room : 0;
	return copy->bytes ? 0 : error_set(-ENOMEM, "copy a key of %zu bytes", room);
}

/* Copies a key, or what is compared of it. Returns: 1, or 0 if it is not a number but should be. */
static int copy_key(const struct keys *keys, mmr_slice key, struct key_copy *copy)
{
	struct number number;
	int err;

	if (keys->key.numeric && !parse(key, &number))
		return 0;
	if (keys->key.prefix)
		key.len = min_size(key.len, keys->wanted.len);
	if (key.len > MMR_KEY_ROOM)
		return error_set(-EINVAL, "compare a key of %zu bytes", key.len);
	err = reserve(copy, key.len);
	if (err < 0)
		return err;
	if (key.len > 0)
		memcpy(copy->bytes, key.ptr, key.len);
	copy->len = key.len;
	return 1;
}

/* The text of a match is valid until the iteration ends. */
static int find_match(const struct keys *keys, mmr_slice line, struct key_copy *copy)
{
	bool grouped = mmr_regex_n_groups(keys->key.regex) > 0;
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_slice key;
	int found = mmr_regex_matches_of(keys->key.regex, line, &it);

	if (found < 0)
		return found;
	if (mmr_regex_matches_next(it, &match)) {
		found = mmr_regex_group(&match, grouped, &key);
		if (found > 0)
			found = copy_key(keys, key, copy);
	} else {
		found = mmr_regex_matches_error(it);
	}
	mmr_regex_matches_close(it);
	return found;
}

int keys_find(const struct keys *keys, mmr_slice line, struct key_copy *copy)
{
	const mmr_key *how = &keys->key;
	mmr_slice key = line;
	int found = 1;

	switch (how->kind) {
	case MMR_KEY_LINE:
		break;
	case MMR_KEY_FORM:
		found = has_form(line, keys->wanted);
		break;
	case MMR_KEY_FIELD:
		found = find_field(line, how->field, how->separator, &key);
		break;
	case MMR_KEY_REGEX:
		return find_match(keys, line, copy);
	case MMR_KEY_FUNCTION:
		found = how->find(how->context, line, &key);
		break;
	}
	return found > 0 ? copy_key(keys, key, copy) : found;
}

/* --- Options ---------------------------------------------------------------------------------- */

static bool is_valid(const mmr_key *key)
{
	bool prefix = key->prefix || key->kind == MMR_KEY_FORM;
	int orders = prefix + key->numeric + (key->compare != NULL);

	return key->struct_size >= sizeof(*key) && (unsigned)key->kind <= MMR_KEY_FUNCTION &&
	       (key->kind == MMR_KEY_REGEX) == (key->regex != NULL) &&
	       (key->kind == MMR_KEY_FUNCTION) == (key->find != NULL) && orders <= 1;
}

int keys_start(const mmr_key *key, mmr_slice wanted, struct keys *ret_keys)
{
	static const mmr_key defaults = MMR_KEY_INIT;
	struct number number;

	if (!key)
		key = &defaults;
	if (!is_valid(key)) {
		error_set(-EINVAL, "search for a key with these options");
		return error_hint(-EINVAL, "start from MMR_KEY_INIT");
	}
	if (slice_is_nowhere(wanted))
		return error_nowhere();
	if (wanted.len > MMR_KEY_ROOM)
		return error_set(-EINVAL, "search for a key of %zu bytes", wanted.len);
	if (key->kind == MMR_KEY_FORM && wanted.len == 0)
		return error_set(-EINVAL, "search for an empty key");
	if (key->numeric && !parse(wanted, &number))
		return error_set(-EINVAL, "search for a key that is not a number");
	*ret_keys = (struct keys){*key, wanted};
	ret_keys->key.prefix |= key->kind == MMR_KEY_FORM;
	return 0;
}
