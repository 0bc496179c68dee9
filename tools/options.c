/* options.c - parsing the command line
 *
 * SPDX-License-Identifier: MIT */
#include "options.h"

#include "message.h"
#include "output.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options without a letter. */
enum {
	LONG_NO_MMAP = 256
};

/* More threads than any machine has processors for. */
#define MAX_THREADS 4096

static const char help_text[] =
	"Print files of any size, or parts of them, without loading them into memory.\n"
	"With no FILE, or when FILE is -, read standard input.\n"
	"\n"
	"Which part\n"
	"  -b, --bytes=START:END   only these bytes; from 0, END excluded, -N counts from\n"
	"                          the end\n"
	"  -l, --lines=START:END   only these lines, same rules (START:+LEN works in both)\n"
	"\n"
	"What to do with it\n"
	"  -r, --reverse           print its lines last to first\n"
	"  -c, --count             print the number of lines (with -e: of matches)\n"
	"  -e, --find=TEXT         print the byte offset of each match; \\n \\t \\0 \\xHH \\\\ allowed\n"
	"  -i, --info              type, encoding, size, lines\n"
	"\n"
	"Details\n"
	"  -d, --delimiter=BYTE    lines end with BYTE instead of newline (\"\\0\" for NUL)\n"
	"  -m, --max-count=N       stop after N lines or matches\n"
	"  -j, --threads=N         worker threads (default: one per processor)\n"
	"      --no-mmap           plain reads\n"
	"  -v, --verbose           at the end, time, speed and memory used, on standard error\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Lines and bytes count from 0. Numbers may have a suffix: K M G T P E (1024),\n"
	"KB MB ... (1000); 0x is hex.\n"
	"Exit status: 0 done, 1 nothing matched -e, 2 any error.\n";

enum status options_hint(void)
{
	fprintf(stderr, "Usage: %s [OPTION]... [FILE]...\nTry '%s --help' for more.\n",
		program_name, program_name);
	return STATUS_TROUBLE;
}

static void wrong(const char *what, const char *value)
{
	message("invalid %s '%s'", what, message_quote(value));
	exit(STATUS_TROUBLE);
}

static void print_help(void)
{
	char usage[512];
	int len;

	len = snprintf(usage, sizeof(usage), "Usage: %s [OPTION]... [FILE]...\n", program_name);
	output_write(usage, (size_t)len);
	output_write(help_text, sizeof(help_text) - 1);
	output_close();
	exit(STATUS_DONE);
}

static void print_version(void)
{
	char version[256];
	int len;

	len = snprintf(version, sizeof(version), "mmcat (mmreader) %s\nscan kernels: %s\n",
		mmr_version(), mmr_kernel_name());
	output_write(version, (size_t)len);
	output_close();
	exit(STATUS_DONE);
}

static void set_part(struct options *options, enum part part, const char *value)
{
	if (options->part != PART_ALL && options->part != part) {
		message("options -b and -l exclude each other");
		exit(STATUS_TROUBLE);
	}
	options->part = part;
	if (!range_parse(value, &options->range))
		wrong("range", value);
}

static void exclude(const char *letters)
{
	message("only one of %s at a time", letters);
	exit(STATUS_TROUBLE);
}

static void set_action(struct options *options, enum action action)
{
	if (options->action != ACTION_PRINT && options->action != action)
		exclude("-c, -i and -r");
	options->action = action;
}

/* One byte of an argument, or an escape: \0 \n \t \r \\ \xHH. Returns: what follows; NULL for an
 * escape that is none. */
static const char *parse_byte(const char *text, char *ret_byte)
{
	static const char names[] = "0ntr\\", values[] = "\0\n\t\r\\";
	const char *name;
	char hex[3] = "";

	*ret_byte = text[0];
	if (text[0] != '\\')
		return text + 1;
	name = text[1] ? strchr(names, text[1]) : NULL;
	if (name) {
		*ret_byte = values[name - names];
		return text + 2;
	}
	if (text[1] != 'x' || !isxdigit((unsigned char)text[2]) ||
		!isxdigit((unsigned char)text[3]))
		return NULL;
	memcpy(hex, text + 2, 2);
	*ret_byte = (char)strtol(hex, NULL, 16);
	return text + 4;
}

/* The bytes that an argument stands for, in its own place; a lone backslash is one. */
static mmr_slice parse_bytes(const char *what, char *argument)
{
	mmr_slice bytes = {argument, 0};
	const char *at;
	char byte;

	if (strcmp(argument, "\\") == 0)
		return mmr_slice_of(argument);
	for (at = argument; *at;) {
		at = parse_byte(at, &byte);
		if (!at)
			wrong(what, argument);
	}
	for (at = argument; *at; argument[bytes.len++] = byte)
		at = parse_byte(at, &byte);
	return bytes;
}

static char parse_delimiter(const char *argument)
{
	const char *end = argument;
	char byte = '\\';

	if (strcmp(argument, "\\") != 0)
		end = *argument ? parse_byte(argument, &byte) : NULL;
	else
		end++;
	if (!end || *end)
		wrong("delimiter", argument);
	return byte;
}

static uint64_t parse_number(const char *what, const char *argument, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (!range_parse_number(argument, &number) || number < least || number > most)
		wrong(what, argument);
	return number;
}

/* What only the whole command line can tell. */
static void settle(struct options *options)
{
	if (options->text.ptr) {
		if (options->action == ACTION_REVERSE || options->action == ACTION_INFO)
			exclude("-e, -i and -r");
		options->count_only = options->action == ACTION_COUNT;
		options->action = ACTION_FIND;
	}
}

/* What getopt does not know, or lacks its argument. */
static enum status unknown(char **argv, int letter)
{
	char text[3] = {'-', (char)optopt, '\0'};
	const char *word = argv[optind - 1], *option = text;

	if (strncmp(word, "--", 2) == 0 && word[2])
		option = word;
	if (letter == ':')
		message("option '%s' needs an argument", message_quote(option));
	else
		message("invalid option '%s'", message_quote(option));
	return options_hint();
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	static const struct option table[] = {
		{"bytes", required_argument, NULL, 'b'},
		{"count", no_argument, NULL, 'c'},
		{"delimiter", required_argument, NULL, 'd'},
		{"find", required_argument, NULL, 'e'},
		{"help", no_argument, NULL, 'h'},
		{"info", no_argument, NULL, 'i'},
		{"lines", required_argument, NULL, 'l'},
		{"max-count", required_argument, NULL, 'm'},
		{"no-mmap", no_argument, NULL, LONG_NO_MMAP},
		{"reverse", no_argument, NULL, 'r'},
		{"threads", required_argument, NULL, 'j'},
		{"verbose", no_argument, NULL, 'v'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	static char *standard_input[] = {"-", NULL};
	struct options options = {.delimiter = '\n', .maximum = NO_MAXIMUM};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":b:cd:e:hij:l:m:rvV", table, NULL)) != -1) {
		switch (letter) {
		case 'b':
			set_part(&options, PART_BYTES, optarg);
			break;
		case 'l':
			set_part(&options, PART_LINES, optarg);
			break;
		case 'c':
			set_action(&options, ACTION_COUNT);
			break;
		case 'i':
			set_action(&options, ACTION_INFO);
			break;
		case 'r':
			set_action(&options, ACTION_REVERSE);
			break;
		case 'd':
			options.delimiter = parse_delimiter(optarg);
			break;
		case 'e':
			options.text = parse_bytes("text", optarg);
			break;
		case 'j':
			options.n_threads =
				(unsigned)parse_number("number", optarg, 1, MAX_THREADS);
			break;
		case 'm':
			options.maximum = parse_number("number", optarg, 0, NO_MAXIMUM);
			break;
		case 'v':
			options.verbose = true;
			break;
		case LONG_NO_MMAP:
			options.no_mmap = true;
			break;
		case 'h':
			print_help();
			break;
		case 'V':
			print_version();
			break;
		default:
			exit((int)unknown(argv, letter));
		}
	}
	options.files = optind < argc ? argv + optind : standard_input;
	options.n_files = optind < argc ? argc - optind : 1;
	settle(&options);
	*ret_options = options;
}
