/* fuzz_options.c - mmcat's command line is refused with one line, or has the meaning of its
 * canonical form
 *
 * The input is a byte for the environment, then the arguments, each up to a NUL. exit(3) is wrapped
 * and jumps back. Messages on standard error go to a file in memory. The functions below replace
 * those of output.h and progress.h. Files of --patterns cannot be opened; standard input is empty.
 *
 * Links: tools/actions/table.c tools/cli/fields.c tools/cli/help.c tools/cli/keys.c
 * Links: tools/cli/number.c tools/cli/options.c tools/cli/patterns.c tools/cli/range.c
 * Links: tools/cli/scalar.c tools/cli/settle.c tools/cli/settle_filters.c
 * Links: tools/cli/settle_totals.c tools/cli/settle_unique.c tools/cli/totals.c
 * Links: tools/cli/values.c tools/cli/where.c tools/status/message.c
 * Links: tests/fuzz/options_canonical.c
 * Wraps: exit fopen
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fuzz.h"
#include "options_canonical.h"

#include "actions/action.h"
#include "output/output.h"
#include "status/message.h"
#include "status/progress.h"

#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_ARGUMENTS 32
#define PARSED         (-1)

static jmp_buf leave;
static bool inside;
static int exit_status;
static size_t printed;

_Noreturn void __real_exit(int status);
_Noreturn void __wrap_exit(int status);

_Noreturn void __wrap_exit(int status)
{
	if (!inside)
		__real_exit(status);
	exit_status = status;
	longjmp(leave, 1);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (!inside)
		return __real_fopen(path, mode);
	errno = EACCES;
	return NULL;
}

void output_write(const void *data, size_t len)
{
	MUST(memchr(data, '\0', len) == NULL, "a NUL is printed");
	printed += len;
}

void output_close(void)
{
}

void progress_pause(void)
{
}

void progress_resume(void)
{
}

/* The table of actions refers to these functions, but none is called. */
#define STUB(name) \
	enum status name(struct task *task) \
	{ \
		(void)task; \
		return STATUS_TROUBLE; \
	}
STUB(action_print)
STUB(action_count)
STUB(action_reverse)
STUB(action_search)
STUB(action_hex)
STUB(action_type)
STUB(action_info)
STUB(action_index)
STUB(action_compare)

/* Returns: PARSED, or the status of exit(3), and the messages on standard error. */
static int parse(struct command *command, struct options *options, char *messages, size_t room)
{
	static int file = -1, standard_error;
	ssize_t len;

	if (file < 0) {
		file = memfd_create("fuzz_options", MFD_CLOEXEC);
		standard_error = dup(STDERR_FILENO);
		MUST(file >= 0 && standard_error >= 0, "no file for messages");
		MUST(freopen("/dev/null", "r", stdin) != NULL, "no standard input");
	}
	MUST(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0,
		"the messages of the previous run remain");
	exit_status = PARSED;
	printed = 0;
	/* Resets getopt(3). */
	optind = 0;
	dup2(file, STDERR_FILENO);
	inside = true;
	if (setjmp(leave) == 0)
		options_parse(command->argc, command->argv, options);
	inside = false;
	dup2(standard_error, STDERR_FILENO);
	len = pread(file, messages, room - 1, 0);
	MUST(len >= 0 && (size_t)len < room - 1, "%zd bytes of messages", len);
	messages[len] = '\0';
	return exit_status;
}

/* Frees what parsing has allocated. */
static void forget(struct options *options)
{
	size_t i;

	for (i = 0; i < options->where.n; i++) {
		free((char *)options->where.tests[i].name.ptr);
		free((char *)options->where.tests[i].text.ptr);
	}
	free(options->where.tests);
	free(options->in.items);
	free(options->search.patterns);
	free(options->fields.items);
	free(options->totals.items);
	free(options->totals.columns.items);
	mmr_split_close(options->records);
	mmr_regex_close(options->keys.regex);
}

/* --- Refused command lines --- */

static void check_refusal(int status, const char *messages)
{
	static const char prefix[] = "mmcat: ";
	static const char named[] = "invalid option '--";
	char again[65536], *word;
	unsigned n_lines = 0;
	struct options options;
	struct command alone;
	const char *at;

	if (status == STATUS_DONE) {
		MUST(printed > 0 && *messages == '\0', "help together with '%s'", messages);
		return;
	}
	MUST(status == STATUS_TROUBLE && printed == 0, "status %d", status);
	MUST(strncmp(messages, prefix, sizeof(prefix) - 1) == 0,
		"'%s' does not start with the program's name", messages);
	for (at = messages; *at; at++) {
		MUST(*at == '\n' || ((unsigned char)*at >= ' ' && *at != 0x7f),
			"a control byte in '%s'", messages);
		n_lines += *at == '\n';
	}
	MUST(at[-1] == '\n', "'%s' does not end with a newline", messages);
	at = strchr(messages, '\n') + 1;
	MUST(strncmp(at, "Usage: ", 7) == 0 ? n_lines == 3 : n_lines == 1, "%u lines: '%s'",
		n_lines, messages);
	/* The long option in the message must also be refused alone. */
	word = strstr(messages, named);
	if (word != messages + sizeof(prefix) - 1 || strstr(word, "\\x"))
		return;
	word += sizeof(named) - 3;
	if (word[2] == '\'')
		return;
	command_start(&alone);
	command_add(&alone, word, (size_t)(strchr(word, '\n') - 1 - word));
	MUST(parse(&alone, &options, again, sizeof(again)) == STATUS_TROUBLE, "%s", messages);
	forget(&options);
	command_end(&alone);
}

/* --- Accepted command lines --- */

static bool is_of(const struct command *command, const char *text, size_t len)
{
	int i;

	for (i = 0; i < command->argc; i++)
		if (text >= command->argv[i] &&
			len <= strlen(command->argv[i]) - (size_t)(text - command->argv[i]))
			return true;
	return false;
}

static void check_selection(const struct options *options, const struct selection *selection)
{
	const struct range *range = &selection->range;
	const struct shard *shard = &selection->shard;

	MUST(selection->part <= PART_SHARD, "no such selection");
	MUST(options->n_selections == 1 || selection->part == PART_BYTES ||
			selection->part == PART_LINES,
		"one of several selections is everything or a shard");
	MUST(!range->has_length || (range->start >= 0 && range->length >= 0), "a wrong range");
	MUST(selection->part != PART_SHARD || (shard->k >= 1 && shard->k <= shard->n),
		"shard %llu of %llu", (unsigned long long)shard->k, (unsigned long long)shard->n);
	MUST(selection->part != PART_ALL || (range->start == 0 && range->stop == MMR_END),
		"not all");
}

static void check_fields(const struct options *options, const struct field_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct field_item *item = &list->items[i];

		MUST(item->name.ptr ? (options->has_header || options->action == ACTION_TYPE) &&
					      item->name.len > 0
				    : item->first >= 1 && item->first <= item->last,
			"a wrong field");
	}
}

static void check_limits(const struct options *options)
{
	const struct search_options *search = &options->search;
	bool searches = options->action == ACTION_SEARCH;
	bool matches = search->only_matches || search->only_offsets;
	bool context = search->before > 0 || search->after > 0;
	size_t i;

	MUST(options->n_selections >= 1, "no selection");
	for (i = 0; i < options->n_selections; i++)
		check_selection(options, &options->selections[i]);
	MUST(options->n_selections == 1 || !options->follow, "-f with several selections");
	MUST(options->action <= ACTION_COMPARE, "no such action");
	MUST(options->action != ACTION_COMPARE ||
			(options->n_files == 2 &&
				(options->maximum == NO_MAXIMUM || options->maximum == 1) &&
				!(options->json && options->quiet)),
		"--compare of another number of files, or with -m, or with --json and -q");
	MUST(searches == (search->n_patterns > 0),
		"a pattern without a search, or a search without a pattern");
	MUST(!matches || (!search->invert && !context), "matches with -v or context");
	MUST(!search->only_offsets ||
			!(search->only_matches || search->offsets || options->count_only),
		"--offsets with another output");
	MUST(!context || !(options->count_only || options->reverse || options->follow),
		"context with -c, -r or -f");
	MUST(options->action != ACTION_COUNT || options->count_only,
		"the action is to count, but count_only is not set");
	MUST(!options->count_only || searches || options->action == ACTION_COUNT ||
			options->action == ACTION_TYPE,
		"count_only with an action that cannot count");
	MUST(!options->count_only || options->width == 0, "a width with count_only");
	MUST((options->action == ACTION_TYPE) == (options->layout != NULL), "a layout");
	MUST(options->action == ACTION_TYPE || options->header == 0, "a header without records");
	MUST(options->action != ACTION_TYPE || !options->reverse || !options->count_only,
		"-r with -c");
	MUST(options->n_threads <= 4096 && options->width <= 4096, "too many");
	MUST(options->width == 0 || options->action == ACTION_HEX || options->action == ACTION_TYPE,
		"a width with another action than -x or -t");
	MUST(!options->follow || ((options->action == ACTION_PRINT || searches) &&
					 !options->count_only && !options->reverse),
		"-f with another action than printing and searching");
	MUST(!options->index ||
			(!options->no_index && !options->follow && options->action != ACTION_TYPE),
		"--index with --no-index, -f or -t");
	MUST(!options->index_place || (options->index && *options->index_place),
		"a place without --index, or an empty one");
	MUST(options->action != ACTION_INDEX ||
			(options->index_part.n > 0 &&
				options->index_part.k <= options->index_part.n),
		"part %llu of %llu", (unsigned long long)options->index_part.k,
		(unsigned long long)options->index_part.n);
	MUST(options->sample == NO_SAMPLE || ((searches || options->action == ACTION_TYPE) &&
						     options->maximum == NO_MAXIMUM && !context),
		"a sample with another action, -m or context");
	MUST(options->fields.n == 0 || ((searches || options->action == ACTION_TYPE) && !matches &&
					       !options->follow),
		"fields with another action, -o, --offsets or -f");
	MUST(!options->unique ||
			((searches || options->action == ACTION_TYPE) && !context &&
				!options->follow && !options->names && options->width == 0),
		"distinct values of another action, with context, -f, names or a width");
	MUST(!options->unique || (!options->search.numbers && !options->search.offsets &&
					 !options->search.only_offsets),
		"distinct values with numbers or offsets");
	MUST(options->unique || (options->order == DISTINCT_BY_FIRST && options->memory == 0 &&
					!options->spill),
		"options of -u without it");
	MUST(options->order == DISTINCT_BY_FIRST || !options->count_only, "--by with -c");
	check_fields(options, &options->fields);
	check_fields(options, &options->in);
	MUST(options->in.n == 0 ||
			(searches && !options->all_lines && !matches && !options->follow),
		"--in with another action, without patterns, or with -o, --offsets or -f");
	MUST(options->where.n == 0 ||
			((searches || options->action == ACTION_TYPE) && !options->follow),
		"--where with another action or -f");
	MUST(options->totals.n == 0 ||
			((searches || options->action == ACTION_TYPE) && options->fields.n > 0 &&
				!context && !options->count_only && !options->names),
		"totals with another action, context, -c or names");
	for (i = 0; i < options->totals.n; i++)
		MUST(options->totals.items[i].column < options->totals.columns.n &&
				options->totals.columns.n <= options->fields.n,
			"a wrong column");
	MUST(options->maximum == NO_MAXIMUM || options->maximum <= INT64_MAX, "too many");
	MUST(options->n_files >= 1 && !options->files[options->n_files], "%d files",
		options->n_files);
}

static void check_arguments(const struct command *command, const struct options *options)
{
	int i;

	MUST(!options->layout || is_of(command, options->layout, strlen(options->layout)),
		"the layout is not part of an argument");
	MUST(!options->index_place ||
			is_of(command, options->index_place, strlen(options->index_place)),
		"the place of the index is not part of an argument");
	for (i = 0; i < options->n_files; i++)
		MUST(strcmp(options->files[i], "-") == 0 ||
				is_of(command, options->files[i], strlen(options->files[i])),
			"a file is not an argument");
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_pattern(const mmr_pattern *a, const mmr_pattern *b)
{
	return a->is_regex == b->is_regex && a->text.len == b->text.len &&
	       (a->text.len == 0 || memcmp(a->text.ptr, b->text.ptr, a->text.len) == 0);
}

static bool same_search(const struct search_options *a, const struct search_options *b)
{
	size_t i;

	if (a->n_patterns != b->n_patterns || a->all != b->all || a->invert != b->invert ||
		a->caseless != b->caseless || a->words != b->words ||
		a->whole_lines != b->whole_lines || a->before != b->before ||
		a->after != b->after || a->numbers != b->numbers || a->offsets != b->offsets ||
		a->only_matches != b->only_matches || a->only_offsets != b->only_offsets)
		return false;
	for (i = 0; i < a->n_patterns; i++)
		if (!same_pattern(&a->patterns[i], &b->patterns[i]))
			return false;
	return true;
}

static bool same_fields(const struct field_list *a, const struct field_list *b)
{
	size_t i;

	for (i = 0; i < a->n && a->n == b->n; i++) {
		const struct field_item *one = &a->items[i], *other = &b->items[i];

		if (one->first != other->first || one->last != other->last ||
			one->name.len != other->name.len ||
			(one->name.len > 0 &&
				memcmp(one->name.ptr, other->name.ptr, one->name.len) != 0))
			return false;
	}
	return a->n == b->n;
}

static bool same_totals(const struct total_list *a, const struct total_list *b)
{
	size_t i;

	for (i = 0; i < a->n && a->n == b->n; i++)
		if (a->items[i].kind != b->items[i].kind ||
			a->items[i].column != b->items[i].column)
			return false;
	return a->n == b->n;
}

static bool same_slice(mmr_slice a, mmr_slice b)
{
	return a.len == b.len && !a.ptr == !b.ptr &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool same_where(const struct where *a, const struct where *b)
{
	size_t i;

	for (i = 0; i < a->n && a->n == b->n; i++) {
		const struct where_test *one = &a->tests[i], *other = &b->tests[i];

		if (one->field != other->field || !same_slice(one->name, other->name) ||
			one->orders != other->orders || one->after_or != other->after_or ||
			one->is_text != other->is_text || !same_slice(one->text, other->text) ||
			memcmp(&one->number, &other->number, sizeof(one->number)) != 0)
			return false;
	}
	return a->n == b->n;
}

static bool same_keys(const struct key_range *a, const struct key_range *b)
{
	return same_text(a->from, b->from) && same_text(a->until, b->until) &&
	       a->key.kind == b->key.kind && a->key.field == b->key.field &&
	       a->key.separator == b->key.separator && a->key.numeric == b->key.numeric;
}

static bool same_selection(const struct selection *a, const struct selection *b)
{
	if (a->part != b->part || a->range.start != b->range.start ||
		a->range.has_length != b->range.has_length)
		return false;
	if (a->part == PART_SHARD)
		return a->shard.k == b->shard.k && a->shard.n == b->shard.n;
	return a->range.has_length ? a->range.length == b->range.length
				   : a->range.stop == b->range.stop;
}

static void check_plain(const struct options *options)
{
	struct command plain;
	struct options again;
	char messages[65536];
	size_t i;

	/* An expression is not kept as a text. */
	if (options->keys.regex)
		return;
	make_canonical(options, &plain);
	MUST(parse(&plain, &again, messages, sizeof(messages)) == PARSED, "%s", messages);
	MUST(again.n_selections == options->n_selections && again.action == options->action &&
			again.delimiter == options->delimiter && again.csv == options->csv &&
			again.separator == options->separator &&
			again.count_only == options->count_only &&
			again.unique == options->unique && again.order == options->order &&
			again.memory == options->memory && again.spill == options->spill &&
			again.reverse == options->reverse && again.relative == options->relative &&
			again.width == options->width && again.sample == options->sample &&
			again.seed == options->seed && again.maximum == options->maximum &&
			again.header == options->header && again.n_threads == options->n_threads &&
			again.binary == options->binary && again.color == options->color &&
			again.cache == options->cache && again.json == options->json &&
			again.follow == options->follow && again.no_mmap == options->no_mmap &&
			again.index == options->index && again.no_index == options->no_index &&
			again.stats == options->stats && again.quiet == options->quiet &&
			again.progress == options->progress,
		"an option differs");
	MUST(!again.records == !options->records, "the records differ");
	MUST(!can_have_names(options) || again.names == options->names, "the names differ");
	MUST(same_search(&again.search, &options->search), "the search differs");
	for (i = 0; i < options->n_selections; i++)
		MUST(same_selection(&again.selections[i], &options->selections[i]),
			"selection %zu differs", i);
	MUST(same_fields(&again.fields, &options->fields) &&
			same_totals(&again.totals, &options->totals) &&
			again.has_header == options->has_header,
		"the fields differ");
	MUST(same_fields(&again.in, &options->in) && same_where(&again.where, &options->where),
		"the filters differ");
	MUST(same_keys(&again.keys, &options->keys), "the keys differ");
	MUST(same_text(again.layout, options->layout), "the layout differs");
	MUST(again.index_part.k == options->index_part.k &&
			again.index_part.n == options->index_part.n,
		"the part of the index differs");
	MUST(same_text(again.index_place, options->index_place), "the place of the index differs");
	forget(&again);
	command_end(&plain);
}

/* Sets the environment variables of --shard=auto to the first two arguments, or unsets them. */
static void set_environment(unsigned which, const struct command *command)
{
	static const char *const names[] = {"SLURM_PROCID", "SLURM_NTASKS"};
	static char texts[2][64];
	unsigned i;

	for (i = 0; i < 2; i++) {
		if (which % 2 == 0 || command->argc < 3) {
			unsetenv(names[i]);
			continue;
		}
		snprintf(texts[i], sizeof(texts[i]), "%s=%.40s", names[i], command->argv[1 + i]);
		/* Unlike setenv(3), putenv(3) makes no copy, which would never be freed. */
		putenv(texts[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	unsigned which = take_byte(&taker);
	struct command command, given;
	static char messages[65536];
	struct options options;
	const uint8_t *nul;
	int status;

	command_start(&command);
	while (taker.left > 0 && command.argc < MOST_ARGUMENTS) {
		size_t len = taker.left;

		nul = memchr(taker.at, '\0', taker.left);
		if (nul)
			len = (size_t)(nul - taker.at);
		command_add(&command, (const char *)taker.at, len);
		taker.at += nul ? len + 1 : len;
		taker.left -= nul ? len + 1 : len;
	}
	set_environment(which, &command);
	/* getopt(3) reorders the arguments. */
	given = command;
	status = parse(&command, &options, messages, sizeof(messages));
	if (status == PARSED) {
		MUST(*messages == '\0' && printed == 0, "accepted, but with the message '%s'",
			messages);
		check_limits(&options);
		check_arguments(&given, &options);
		check_plain(&options);
	} else {
		check_refusal(status, messages);
	}
	forget(&options);
	command_end(&given);
	return 0;
}
