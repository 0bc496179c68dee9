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
	"  -c, --count             print the number of lines\n"
	"  -i, --info              type, encoding, size, lines\n"
	"\n"
	"Details\n"
	"  -d, --delimiter=BYTE    lines end with BYTE instead of newline (\"\\0\" for NUL)\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Numbers may have a suffix: K M G T P E (1024), KB MB ... (1000); 0x is hex.\n"
	"Exit status: 0 done, 2 any error.\n";

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

static void set_action(struct options *options, enum action action)
{
	if (options->action != ACTION_PRINT && options->action != action) {
		message("only one of -c, -i and -r at a time");
		exit(STATUS_TROUBLE);
	}
	options->action = action;
}

/* One byte, or an escape: \0 \n \t \r \\ \xHH. */
static char parse_byte(const char *text)
{
	static const char names[] = "0ntr\\", values[] = "\0\n\t\r\\";
	const char *name;
	char *end;
	long value;

	/* strtol would take a sign, spaces or another "0x". */
	if (text[0] != '\0' && text[1] == '\0')
		return text[0];
	if (text[0] == '\\' && text[1] != '\0' && text[2] == '\0') {
		name = strchr(names, text[1]);
		if (name)
			return values[name - names];
	}
	if (text[0] == '\\' && text[1] == 'x' && strlen(text) == 4) {
		value = strtol(text + 2, &end, 16);
		if (*end == '\0' && text[2] != '+' && text[2] != '-' && text[2] > ' ')
			return (char)value;
	}
	wrong("delimiter", text);
	return 0;
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	static const struct option table[] = {
		{"bytes", required_argument, NULL, 'b'},
		{"count", no_argument, NULL, 'c'},
		{"delimiter", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{"info", no_argument, NULL, 'i'},
		{"lines", required_argument, NULL, 'l'},
		{"reverse", no_argument, NULL, 'r'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	static char *standard_input[] = {"-", NULL};
	struct options options = {.delimiter = '\n'};
	int letter;

	while ((letter = getopt_long(argc, argv, "b:cd:hil:rV", table, NULL)) != -1) {
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
			options.delimiter = parse_byte(optarg);
			break;
		case 'h':
			print_help();
			break;
		case 'V':
			print_version();
			break;
		default:
			exit((int)options_hint());
		}
	}
	options.files = optind < argc ? argv + optind : standard_input;
	options.n_files = optind < argc ? argc - optind : 1;
	*ret_options = options;
}
