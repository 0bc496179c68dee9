#!/usr/bin/env python3
"""cookbook.py - runs the jobs of doc/cookbook.md, each in both ways

	cookbook.py MMCAT FOLDER PAGE SIZE [BENCH_RUN]

Makes a log of SIZE in FOLDER and runs the commands of the page. Both ways must print the same, and each
heading has a number and one job; exit 1 if not. A new job needs only a section of the page.
With BENCH_RUN, the program of tests/bench, each command runs five times, in turn, and the page is
printed with the medians of both, their peak memory, the machine, the versions of the tools and the
values of $BYTE and $LINE.

SPDX-License-Identifier: MIT
"""

import os
import re
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import make_log  # pylint: disable=wrong-import-position
import pages  # pylint: disable=wrong-import-position

RUNS = 5
SHORT = 64 << 10  # outputs of up to this size go through a pipe
HEADING = re.compile(r"^## (\d+)\. ", re.M)
JOB = re.compile(r"^\t(mmcat .*)\n\t(.*)\n(?:\n\| .*\n(?:\|.*\n)+)?", re.M)
MEASURED = re.compile(r"Here: .*?\.\n\n", re.S)
SETUP = re.compile(r"^\tpython3 tests/support/make_log.py (\S+) log sorted table\n\tBYTE=.*\n", re.M)
TABLE = """
| | mmcat | %s | |
|---|---:|---:|---:|
| time | %s | %s | %s times |
| memory | %.1f MiB | %.1f MiB | |
"""


def variables(size):
	"""The variables of the commands: a byte at two thirds of the log, a line there, and a day there in
	the sorted log."""
	byte = make_log.parse_size(size) // 3 * 2
	return {"BYTE": str(byte), "LINE": str(byte // 82), "DAY": make_log.day_at(byte)}


def setup_commands(size):
	"""The commands of the page that make the log and set the variables."""
	return "\tpython3 tests/support/make_log.py %s log sorted table\n\tBYTE=%s LINE=%s DAY=%s\n" % (
		size, *variables(size).values())


def measure(workspace, runner, command, out):
	"""Returns: seconds, and the peak memory of the largest process in KiB."""
	process = subprocess.Popen([runner, "bash", "-o", "pipefail", "-c", command], stdout=out,
		stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=workspace.folder, env=workspace.env)
	words = process.communicate()[1].split(b"\n")[-2].split()
	return float(words[0]), int(words[2])


def medians(workspace, runner, commands, out):
	"""Returns, for each command: the median of the seconds, and that of the peak memory."""
	runs = [[] for _ in commands]
	for _ in range(RUNS):
		for command, of_one in zip(commands, runs):
			of_one.append(measure(workspace, runner, command, out))
	return [[statistics.median(values) for values in zip(*of_one)] for of_one in runs]


def table_of(workspace, runner, commands, length):
	# With /dev/null as output, grep would stop at the first match.
	out = subprocess.PIPE if length <= SHORT else subprocess.DEVNULL
	ours, theirs = medians(workspace, runner, commands, out)
	ratio = theirs[0] / ours[0]
	return TABLE % (commands[1].split()[0], pages.shown(ours[0]), pages.shown(theirs[0]),
		"%.1f" % ratio if ratio >= 0.1 else "%.2f" % ratio, ours[1] / 1024, theirs[1] / 1024)


def main():
	mmcat, folder, page, size = sys.argv[1:5]
	runner = os.path.abspath(sys.argv[5]) if len(sys.argv) > 5 else None
	workspace = pages.Workspace(mmcat, folder, size, is_sorted=True, has_table=True, **variables(size))
	with open(page, encoding="utf-8") as file:
		text = file.read()
	n_jobs = n_wrong = 0

	def do(found):
		nonlocal n_jobs, n_wrong
		commands = found[1], found[2]
		answers = [workspace.answer(command) for command in commands]
		n_jobs += 1
		if answers[0] != answers[1] or answers[0][1] == 0 or answers[0][2] != 0:
			n_wrong += 1
			print("different or empty output: %s: %s" % (commands, answers), file=sys.stderr)
		if not runner:
			return found[0]
		table = table_of(workspace, runner, commands, answers[0][1])
		print("job %d:%s" % (n_jobs, table), file=sys.stderr)
		return "\t%s\n\t%s\n%s" % (*commands, table)

	numbers = list(map(int, HEADING.findall(text)))
	text = JOB.sub(do, text)
	if runner:
		text = SETUP.sub(setup_commands(size), text)
		text = MEASURED.sub("Here: %s; %s.\n\n"
			% (pages.machine_line(), pages.versions("wc", "grep", "sed")), text)
		print(text, end="")
	found = SETUP.search(text)
	if not found or found[0] != setup_commands(found[1]):
		n_wrong += 1
		print("the page makes a different log, or sets $BYTE and $LINE to other values", file=sys.stderr)
	if n_jobs == 0 or numbers != list(range(1, n_jobs + 1)):
		n_wrong += 1
		print("%d jobs, and the headings %s" % (n_jobs, numbers), file=sys.stderr)
	return n_wrong > 0


sys.exit(main())
