/* options_canonical.c - builds the canonical command line of some options
 *
 * SPDX-License-Identifier: MIT */
#include "options_canonical.h"

#include "fuzz.h"

#include "cli/action.h"

void command_add(struct command *command, const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	MUST(copy && command->argc <= MOST_PLAIN, "no room");
	memcpy(copy, text, len);
	copy[len] = '\0';
	command->argv[command->argc++] = copy;
	command->argv[command->argc] = NULL;
}

void command_start(struct command *command)
{
	command->argc = 0;
	command_add(command, "mmcat", 5);
}

void command_end(struct command *command)
{
	while (command->argc > 0)
		free(command->argv[--command->argc]);
}

/* Adds an option and a number. */
static void add_number(struct command *command, const char *option, uint64_t number)
{
	char text[64];

	command_add(command, text,
		(size_t)snprintf(text, sizeof(text), "%s%llu", option, (unsigned long long)number));
}

static void add_index_part(struct command *plain, const struct options *options)
{
	const struct shard *part = &options->index_part;
	char text[96];

	if (options->action != ACTION_INDEX)
		return;
	if (part->k == 0)
		add_number(plain, "--index-join=", part->n);
	else
		command_add(plain, text,
			(size_t)snprintf(text, sizeof(text), "--index-part=%llu/%llu",
				(unsigned long long)part->k, (unsigned long long)part->n));
}

static void add_selection(struct command *plain, const struct selection *selection)
{
	const struct range *range = &selection->range;
	char text[96], stop[32] = "";
	int len;

	if (selection->part == PART_ALL)
		return;
	if (range->has_length)
		snprintf(stop, sizeof(stop), "+%lld", (long long)range->length);
	else if (range->stop != MMR_END)
		snprintf(stop, sizeof(stop), "%lld", (long long)range->stop);
	if (selection->part == PART_SHARD)
		len = snprintf(text, sizeof(text), "-s%llu/%llu",
			(unsigned long long)selection->shard.k,
			(unsigned long long)selection->shard.n);
	else
		len = snprintf(text, sizeof(text), "-%c%lld:%s",
			selection->part == PART_BYTES ? 'b' : 'l', (long long)range->start, stop);
	command_add(plain, text, (size_t)len);
}

/* Adds an option with each byte as \xHH. */
static void add_bytes(struct command *command, const char *option, mmr_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(option), i;
	char text[4 * 4096 + 8];

	MUST(bytes.len <= 4096, "%zu bytes", bytes.len);
	memcpy(text, option, len);
	for (i = 0; i < bytes.len; i++) {
		text[len++] = '\\';
		text[len++] = 'x';
		text[len++] = digits[(unsigned char)bytes.ptr[i] >> 4];
		text[len++] = digits[(unsigned char)bytes.ptr[i] & 15];
	}
	command_add(command, text, len);
}

/* Adds an option and a text. */
static void add_text(struct command *command, const char *option, const char *text)
{
	size_t n = strlen(option), len = strlen(text);
	char *word = malloc(n + len);

	MUST(word, "no memory");
	memcpy(word, option, n);
	memcpy(word + n, text, len);
	command_add(command, word, n + len);
	free(word);
}

static void add_flag(struct command *command, bool given, const char *option)
{
	if (given)
		command_add(command, option, strlen(option));
}

/* Adds what can be given without patterns. */
static void add_details(struct command *plain, const struct options *options)
{
	const struct search_options *search = &options->search;

	add_flag(plain, search->numbers, "-n");
	add_flag(plain, search->offsets, "-O");
	add_flag(plain, search->invert, "-v");
	if (search->before > 0)
		add_number(plain, "-B", search->before);
	if (search->after > 0)
		add_number(plain, "-A", search->after);
}

static void add_search(struct command *plain, const struct options *options)
{
	const struct search_options *search = &options->search;
	size_t i;

	for (i = 0; i < search->n_patterns; i++) {
		const mmr_pattern *pattern = &search->patterns[i];

		if (pattern->is_regex) {
			command_add(plain, "-E", 2);
			command_add(plain, pattern->text.ptr, pattern->text.len);
		} else {
			add_bytes(plain, "--find=", pattern->text);
		}
	}
	add_flag(plain, search->all, "--and");
	add_flag(plain, search->caseless, "-I");
	add_flag(plain, search->words, "-W");
	add_flag(plain, search->whole_lines, "-X");
	add_details(plain, options);
	add_flag(plain, search->only_matches, "-o");
	add_flag(plain, search->only_offsets, "--offsets");
}

static void add_keys(struct command *plain, const struct key_range *keys)
{
	char text[64];

	if (keys->from) {
		command_add(plain, "--from", 6);
		command_add(plain, keys->from, strlen(keys->from));
	}
	if (keys->until) {
		command_add(plain, "--until", 7);
		command_add(plain, keys->until, strlen(keys->until));
	}
	if (keys->key.kind == MMR_KEY_LINE) {
		command_add(plain, "--key=line", 10);
	} else if (keys->key.kind == MMR_KEY_FIELD) {
		snprintf(text, sizeof(text),
			"--key=%s=%llu:", keys->key.numeric ? "number" : "field",
			(unsigned long long)keys->key.field + 1);
		add_bytes(plain, text, (mmr_slice){&keys->key.separator, 1});
	}
}

/* Adds the first `n` fields of a list. */
static void add_list(
	struct command *plain, const char *option, const struct field_list *list, size_t n)
{
	char text[65536] = "";
	size_t len = 0, i;

	if (n == 0)
		return;
	for (i = 0; i < n; i++) {
		const struct field_item *item = &list->items[i];
		size_t room = sizeof(text) - len;

		if (item->name.ptr)
			len += (size_t)snprintf(
				text + len, room, ",%.*s", (int)item->name.len, item->name.ptr);
		else if (item->last == FIELDS_REST)
			len += (size_t)snprintf(text + len, room, ",%zu-", item->first);
		else
			len += (size_t)snprintf(
				text + len, room, ",%zu-%zu", item->first, item->last);
		MUST(len < sizeof(text), "too many fields");
	}
	command_add(plain, option, strlen(option));
	command_add(plain, text + 1, len - 1);
}

/* Writes a text of --where in quotes. Returns: its length. */
static size_t put_quoted(char *to, mmr_slice text)
{
	size_t len = 0, i;

	to[len++] = '"';
	for (i = 0; i < text.len; i++) {
		to[len++] = text.ptr[i];
		if (text.ptr[i] == '"')
			to[len++] = '"';
	}
	to[len++] = '"';
	return len;
}

static size_t put_scalar(char *to, size_t room, const struct scalar *number)
{
	int len;

	if (number->kind == SCALAR_UNSIGNED)
		len = snprintf(to, room, "%llu", (unsigned long long)number->value.u64);
	else if (number->kind == SCALAR_NEGATIVE)
		len = snprintf(to, room, "%lld", (long long)number->value.i64);
	else
		len = snprintf(to, room, "%.17e", number->value.f64);
	return (size_t)len;
}

static void add_where(struct command *plain, const struct where *where)
{
	/* By orders. */
	static const char *const operators[] = {[ORDER_LESS] = "<",
		[ORDER_EQUAL] = "==",
		[ORDER_LESS | ORDER_EQUAL] = "<=",
		[ORDER_GREATER] = ">",
		[ORDER_GREATER | ORDER_EQUAL] = ">=",
		[ORDER_LESS | ORDER_GREATER | ORDER_NONE] = "!="};
	size_t room = 1, len = 0, i;
	char *text;

	if (where->n == 0)
		return;
	for (i = 0; i < where->n; i++)
		room += 64 + 2 * (where->tests[i].name.len + where->tests[i].text.len);
	text = malloc(room);
	MUST(text, "no memory");
	for (i = 0; i < where->n; i++) {
		const struct where_test *test = &where->tests[i];

		if (i > 0)
			len += (size_t)snprintf(
				text + len, room - len, "%s", test->after_or ? "||" : "&&");
		if (test->field > 0)
			len += (size_t)snprintf(text + len, room - len, "%zu", test->field);
		else
			len += put_quoted(text + len, test->name);
		len += (size_t)snprintf(text + len, room - len, "%s", operators[test->orders]);
		len += test->is_text ? put_quoted(text + len, test->text)
				     : put_scalar(text + len, room - len, &test->number);
	}
	command_add(plain, "--where", 7);
	command_add(plain, text, len);
	free(text);
}

/* Adds --header, -F or the totals, --in, --where, and the byte between fields, if these are not
 * cells. */
static void add_fields(struct command *plain, const struct options *options)
{
	char text[64];
	size_t i;

	add_flag(plain, options->has_header, "--header");
	for (i = 0; i < options->totals.n; i++) {
		const struct total_item *item = &options->totals.items[i];

		snprintf(text, sizeof(text), "--%s=", total_name(item->kind));
		add_text(plain, text, item->field);
	}
	/* The columns of totals are at the end. */
	add_list(plain, "-F", &options->fields, options->fields.n - options->totals.columns.n);
	add_list(plain, "--in", &options->in, options->in.n);
	add_where(plain, &options->where);
	if (!options->csv && options->action != ACTION_TYPE &&
		(options->fields.n > 0 || options->in.n > 0 || options->where.n > 0))
		add_bytes(plain, "--separator=", (mmr_slice){&options->separator, 1});
}

bool can_have_names(const struct options *options)
{
	return (options->action == ACTION_SEARCH || options->count_only) && options->totals.n == 0;
}

/* Adds -u and its options. */
static void add_unique(struct command *plain, const struct options *options)
{
	static const char *const orders[] = {"--by=first", "--by=count", "--by=value"};

	if (!options->unique)
		return;
	command_add(plain, "-u", 2);
	if (options->order != DISTINCT_BY_FIRST)
		add_flag(plain, true, orders[options->order]);
	if (options->memory > 0)
		add_number(plain, "--memory=", options->memory);
	add_flag(plain, options->spill, "--spill");
}

void make_canonical(const struct options *options, struct command *plain)
{
	static const char *const caches[] = {"auto", "fill", "leave"};
	const char option[2] = {'-', action_of(options)->letter};
	const char *cache = caches[options->cache];
	size_t i;

	command_start(plain);
	for (i = 0; i < options->n_selections; i++)
		add_selection(plain, &options->selections[i]);
	if (keys_given(&options->keys))
		add_keys(plain, &options->keys);
	if (options->sample != NO_SAMPLE)
		add_number(plain, "--sample=", options->sample);
	if (options->has_seed)
		add_number(plain, "--seed=", options->seed);
	if (options->action == ACTION_SEARCH && !options->all_lines)
		add_search(plain, options);
	else if (options->all_lines)
		add_details(plain, options);
	else if (options->action != ACTION_PRINT && options->action != ACTION_REVERSE &&
		 options->action != ACTION_INDEX && options->action != ACTION_COMPARE)
		command_add(plain, option, 2);
	if (options->action == ACTION_TYPE) {
		command_add(plain, options->layout, strlen(options->layout));
		add_number(plain, "--header=", options->header);
	}
	add_fields(plain, options);
	add_unique(plain, options);
	add_flag(plain, options->reverse, "-r");
	add_flag(plain, options->relative, "--relative");
	add_flag(plain, options->count_only, "-c");
	/* The text of the pattern is not kept. */
	add_flag(plain, options->records && !options->csv, "--records=");
	if (can_have_names(options) && !options->unique)
		add_flag(plain, true, options->names ? "-H" : "--no-filename");
	if (options->csv) {
		command_add(plain, "--csv", 5);
		add_bytes(plain, "--separator=", (mmr_slice){&options->separator, 1});
	} else if (options->action != ACTION_TYPE) {
		add_bytes(plain, "-d", (mmr_slice){&options->delimiter, 1});
	}
	if (options->maximum != NO_MAXIMUM)
		add_number(plain, "-m", options->maximum);
	if (options->n_threads > 0)
		add_number(plain, "-j", options->n_threads);
	if (options->width > 0)
		add_number(plain, "-w", options->width);
	command_add(plain, "--color", 7);
	command_add(plain, options->color ? "always" : "never", options->color ? 6 : 5);
	command_add(plain, "--cache", 7);
	command_add(plain, cache, strlen(cache));
	add_flag(plain, options->binary, "-a");
	add_flag(plain, options->json, "--json");
	add_flag(plain, options->follow, "-f");
	add_flag(plain, options->stats, "--stats");
	add_flag(plain, options->quiet, "-q");
	add_flag(plain, options->no_mmap, "--no-mmap");
	add_flag(plain, options->no_index, "--no-index");
	if (options->index_place)
		add_text(plain, "--index=", options->index_place);
	else
		add_flag(plain, options->index, "--index");
	add_flag(plain, options->progress, "--progress");
	add_index_part(plain, options);
	if (options->action != ACTION_COMPARE)
		return;
	command_add(plain, "--compare", 9);
	command_add(plain, "--", 2);
	for (i = 0; i < 2; i++)
		add_text(plain, "", options->files[i]);
}
