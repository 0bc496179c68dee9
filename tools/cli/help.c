/* help.c - --help, --version, and the hint after a wrong command line
 *
 * SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "output/output.h"
#include "status/message.h"

#include <stdio.h>
#include <stdlib.h>

/* Several strings, since C limits their length to 4095 bytes. */
static const char help_selection[] =
	"Print files of any size, or parts of them, without loading them into memory.\n"
	"If there is no FILE, or if it is -, standard input is read.\n"
	"\n"
	"Selection (-b and -l can be repeated; output is in the order given)\n"
	"  -b, --bytes=RANGE       select bytes START:END, counted from 0, END excluded;\n"
	"                          -N counts from the end; or START:+LENGTH\n"
	"  -l, --lines=RANGE       select lines likewise; or FIRST,LAST as in sed,\n"
	"                          counted from 1, LAST included\n"
	"  -s, --shard=K/N         select shard K of N, cut at line ends; \"auto\": take K\n"
	"                          and N from Slurm, Open MPI or PMI\n"
	"      --from=KEY          select lines of a sorted file, as a log, from KEY on\n"
	"      --until=KEY         and before KEY, such as 2024-05-01T10\n"
	"      --key=KIND          the key: line, field=N, number=N or regex=PATTERN\n"
	"      --sample=N          select N random lines, or of those that -e, -E find\n"
	"      --seed=S            make the same choice again (see --stats)\n"
	"      --where=TEST        select lines or records: 'price > 9.5 && name == \"x\"'\n"
	"Action\n"
	"  -e, --find=TEXT         print the lines that contain TEXT, with escapes\n"
	"                          \\n \\t \\r \\0 \\\\ \\xHH; can be repeated\n"
	"  -E, --regex=PATTERN     print the lines that match a Perl regular expression\n"
	"  -r, --reverse           print the lines in reverse order, also with -e and -E\n"
	"  -c, --count             count the lines or records that would be printed\n"
	"  -u, --unique            print each distinct line or record, with its count\n"
	"      --by=ORDER          the order of -u: first, count or value\n"
	"      --memory=BYTES      the memory of -u; with --spill, exceed it in a file\n"
	"  -x, --hex               print bytes in hexadecimal and as text\n"
	"  -t, --type=LAYOUT       print numbers or records: u8 i16 u32be f64 16s, or\n"
	"                          name:type,name:type; records replace lines\n"
	"  -i, --info              show type, encoding, size, lines, holes, cache, index\n"
	"      --compare           show where two files differ, and the first difference\n"
	"  -f, --follow            keep printing as the file grows or is replaced\n";

static const char help_search[] =
	"Search, with -e or -E\n"
	"      --patterns=FILE     search for the texts in FILE, too, one per line\n"
	"      --fixed             the texts of -e have no escapes\n"
	"      --and               lines that match all patterns, not one of them\n"
	"      --in=LIST           search these fields only, as -F lists them\n"
	"  -v, --invert            lines that do not match\n"
	"  -I, --ignore-case       letters match in both cases\n"
	"  -W, --word              match whole words only\n"
	"  -X, --whole-line        match whole lines only\n"
	"  -n, --number            print the number of each line, counted from 1\n"
	"  -O, --offset            print the offset of each line; with -o, of each match\n"
	"  -o, --only-matching     print each match on a line of its own\n"
	"      --offsets           print only the offsets of the matches\n"
	"  -A, --after=N   -B, --before=N   -C, --context=N   also print N lines around\n"
	"  -H, --with-filename     print the name of the file, as with several files\n"
	"      --no-filename       do not print the name of the file\n";

static const char help_details[] =
	"Details\n"
	"  -d, --delimiter=BYTE    lines end with BYTE instead of newline (\"\\0\" for NUL)\n"
	"  -R, --records=PATTERN   records replace lines: a record begins with a line at\n"
	"                          whose start PATTERN matches; '' stands for paragraphs\n"
	"  -F, --fields=LIST       print only these fields of each line, in this order:\n"
	"                          3,1 or 2-4 or 5- or, with --header, names\n"
	"      --sum=F, --mean=F, --min=F, --max=F  print totals of field F of all lines\n"
	"      --header[=BYTES]    the first line has names of fields; -t skips BYTES\n"
	"      --csv               rows of a table replace lines; cells may be quoted\n"
	"      --separator=BYTE    the byte between fields: a comma with --csv, else tab\n"
	"  -m, --max-count=N       stop after N lines, matching lines or records\n"
	"  -w, --width=N           bytes per row of -x, records per line of -t\n"
	"      --relative          offsets of -x count from the start of each selection\n"
	"  -a, --text              print binary data even to a terminal\n"
	"  -j, --threads=N         number of threads (default: one per processor)\n"
	"      --json              print JSON, for -i -c -t -u -e -E -F and --compare\n"
	"      --color=WHEN        color -x, -e and -E: always, never or auto\n"
	"      --index[=PLACE]     make or extend an index of lines: FILE.mmri, PLACE or\n"
	"                          in PLACE; later runs use a fresh FILE.mmri\n"
	"      --index-part=K/N    make part K of N of the index only; \"auto\" as for -s\n"
	"      --index-join=N      join the N parts of the index\n"
	"      --no-index          use no index\n"
	"      --no-mmap           read files instead of mapping them\n"
	"      --cache=POLICY      the page cache: fill, leave, or auto: by size\n"
	"      --stats             report time, speed and memory on standard error\n"
	"      --progress          always show progress\n"
	"  -q, --quiet             show no progress; with -f, no file names\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Numbers: 5000 5_000 5e3 0x1388. K M G T P E are powers of 1000, for -b and -w\n"
	"of 1024; KB MB ... are powers of 1000, KiB MiB ... of 1024.\n"
	"Exit status: 0 success, 1 no match for -e or -E, or different, 2 error.\n";

enum status help_hint(void)
{
	fprintf(stderr, "Usage: %s [OPTION]... [FILE]...\nTry '%s --help' for more information.\n",
		program_name, program_name);
	return STATUS_TROUBLE;
}

_Noreturn void help_print(void)
{
	char usage[512];
	int len;

	len = snprintf(usage, sizeof(usage), "Usage: %s [OPTION]... [FILE]...\n", program_name);
	output_write(usage, (size_t)len);
	output_write(help_selection, sizeof(help_selection) - 1);
	output_write(help_search, sizeof(help_search) - 1);
	output_write(help_details, sizeof(help_details) - 1);
	output_close();
	exit(STATUS_DONE);
}

_Noreturn void help_print_version(void)
{
	char version[256];
	int len;

	len = snprintf(version, sizeof(version), "mmcat (mmreader) %s\nscan kernels: %s\n",
		mmr_version(), mmr_kernel_name());
	output_write(version, (size_t)len);
	output_close();
	exit(STATUS_DONE);
}
