#!/usr/bin/env python3
"""cookbook.py - runs the jobs of doc/cookbook.md, each in both ways

	cookbook.py MMCAT FOLDER PAGE SIZE [--times]

Makes a log of SIZE in FOLDER and runs the commands of the page. Both ways must print the same; exit 1
if they do not. With --times each command runs five times, in turn, and the page is printed with the
medians of both, the machine, the versions of the tools and the values of $BYTE and $LINE.

SPDX-License-Identifier: MIT
"""

import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import make_log  # pylint: disable=wrong-import-position
import pages  # pylint: disable=wrong-import-position

RUNS = 5
SHORT = 64 << 10  # outputs of up to this size go through a pipe
JOB = re.compile(r"^\t(mmcat .*)\n\t(.*)\n(?:\n\| .*\n(?:\|.*\n)+)?", re.M)
MEASURED = re.compile(r"Here: .*?\.\n\n", re.S)
SETUP = re.compile(r"^\tpython3 tests/support/make_log.py (\S+) log sorted table\n\tBYTE=.*\n", re.M)
N_JOBS = 26


def variables(size):
	"""The variables of the commands: a byte at two thirds of the log, a line there, and a day there in
	the sorted log."""
	byte = make_log.parse_size(size) // 3 * 2
	return {"BYTE": str(byte), "LINE": str(byte // 82), "DAY": make_log.day_at(byte)}


def setup_commands(size):
	"""The commands of the page that make the log and set the variables."""
	return "\tpython3 tests/support/make_log.py %s log sorted table\n\tBYTE=%s LINE=%s DAY=%s\n" % (
		size, *variables(size).values())


def seconds_of(workspace, command, out):
	started = time.monotonic()
	workspace.start(command, out, "-o", "pipefail").communicate()
	return time.monotonic() - started


def median_times(workspace, commands, out):
	times = [[] for _ in commands]
	for _ in range(RUNS):
		for command, of_one in zip(commands, times):
			of_one.append(seconds_of(workspace, command, out))
	return [statistics.median(of_one) for of_one in times]


def main():
	mmcat, folder, page, size = sys.argv[1:5]
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
		if "--times" not in sys.argv:
			return found[0]
		# With /dev/null as output, grep would stop at the first match.
		out = subprocess.PIPE if answers[0][1] <= SHORT else subprocess.DEVNULL
		ours, theirs = median_times(workspace, commands, out)
		names = commands[1].split()[0]
		return ("\t%s\n\t%s\n\n| mmcat | %s | |\n|---:|---:|---:|\n| %s | %s | %.1f times |\n"
			% (*commands, names, pages.shown(ours), pages.shown(theirs), theirs / ours))

	text = JOB.sub(do, text)
	if "--times" in sys.argv:
		text = SETUP.sub(setup_commands(size), text)
		text = MEASURED.sub("Here: %s; %s.\n\n"
			% (pages.machine_line(), pages.versions("wc", "grep", "sed")), text)
		print(text, end="")
	found = SETUP.search(text)
	if not found or found[0] != setup_commands(found[1]):
		n_wrong += 1
		print("the page makes a different log, or sets $BYTE and $LINE to other values", file=sys.stderr)
	if n_jobs != N_JOBS:
		print("%d jobs, not %d" % (n_jobs, N_JOBS), file=sys.stderr)
	return n_wrong > 0 or n_jobs != N_JOBS


sys.exit(main())
