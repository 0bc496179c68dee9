"""program_rows.py - the rows of the benchmark for the examples that exist in C, C++ and Python

Each is compared with a usual way to do the same job. The names have the lines of code, without
comments and empty lines.

SPDX-License-Identifier: MIT
"""

import os
import random
import re
import subprocess
import sys

import python_rows
from data import make
from measure import Command

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "../../doc/examples")
N_PARTS = 4
PART = 64 << 20

CSV = """
import csv, sys
total = others = 0
for row in csv.reader(open(sys.argv[1], newline="")):
	try:
		total += float(row[3])
	except ValueError:
		others += 1
print("sum %.2f, %d other cells" % (total, others))
"""

OFFSETS = """
import sys
starts = [0]
with open(sys.argv[1], "rb") as file:
	for line in file:
		starts.append(starts[-1] + len(line))
	for number in map(int, sys.stdin):
		file.seek(starts[number - 1])
		sys.stdout.buffer.write(file.readline())
		sys.stdout.flush()
"""

UNPACK = """
import struct, sys
bins, low, high = [0] * 21, -3000.0, 3000.0
width = (high - low) / 20
with open(sys.argv[1], "rb") as file:
	while piece := file.read(1 << 20):
		for (value,) in struct.iter_unpack("<d", piece):
			bins[min(int((value - low) / width), 19) if low <= value < high else 20] += 1
for i in range(20):
	print("%g\\t%d" % (low + i * width, bins[i]))
print("others\\t%d" % bins[20])
"""


def lines_of_code(path):
	with open(path, encoding="utf-8") as file:
		text = file.read()
	text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
	if path.endswith(".py"):
		text = re.sub(r'"""(.|\n)*?"""', "", text)
		text = re.sub(r"(?m)^\s*#.*$", "", text)
	return sum(1 for line in text.splitlines() if line.strip())


class Programs:
	def __init__(self, bench):
		self.bench = bench
		self.package = python_rows.make_package(bench)

	def command(self, name, label, argv, before="", after="", threads=1):
		"""A pipeline with the program in its middle."""
		script = '%s"$@"%s' % (before, after)
		return Command(label, ["sh", "-c", script, "sh", *argv], answer="digest", threads=threads)

	def languages(self, name, args, before, after, threads):
		built = os.path.join(self.bench.build, "doc/examples", name)
		ways = [("C", ".c", [built]), ("C++", ".cc", [built + "_cxx"]), ("Python", ".py",
			["env", "PYTHONPATH=%s" % self.package, sys.executable, os.path.join(EXAMPLES, name + ".py")])]
		for language, suffix, argv in ways:
			lines = lines_of_code(os.path.join(EXAMPLES, name + suffix))
			if language == "Python" and not self.package or not os.path.exists(argv[-1]):
				self.bench.out.skip("%s in %s" % (name, language), "it is not built")
				continue
			yield self.command(name, "%s, %d lines" % (language, lines), argv + args, before, after, threads)

	def compare(self, title, name, args, usual, before="", after="", threads=1):
		ours, *others = self.languages(name, args, before, after, threads)
		self.bench.compare("program: " + title, ours, [(command, None) for command in others + usual],
			most=5)


def sh(name, script, *args, program=None):
	return Command(name, ["sh", "-c", script, *args], answer="digest", program=program)


def make_parts(bench):
	"""Sorted files of 64 MiB."""
	parts = []
	for n in range(N_PARTS):
		parts.append(os.path.join(bench.data.folder, "merge-%d" % n))
		make(parts[-1], None, lambda file, n=n: file.write(subprocess.run(
			["sh", "-c", 'tail -c +%d "$1" | head -c %d | LC_ALL=C sort' %
				(1 + n * min(PART, bench.data.size // N_PARTS), min(PART, bench.data.size // N_PARTS)),
				"sh", bench.data.log], check=True, stdout=subprocess.PIPE).stdout))
	return parts


def make_numbers(bench):
	"""The numbers of 2000 lines."""
	path = os.path.join(bench.data.folder, "numbers")
	rng = random.Random(17)
	make(path, None, lambda file: file.write(b"".join(b"%d\n" % rng.randrange(1, bench.data.size // 100)
		for _ in range(2000))))
	return path


def run(bench):
	programs, log, threads = Programs(bench), bench.data.log, bench.n_threads
	mawk = "mawk -F : '/ERROR/ { n[$1]++ } END { for (hour in n) print n[hour] \"\\t\" hour }' \"$0\""
	programs.compare("lines with a text per hour", "per_hour", ["ERROR", log],
		[sh("mawk", mawk + " | LC_ALL=C sort -k 2", log, program="mawk")], threads=threads)

	parts = make_parts(bench)
	programs.compare("merge of sorted files", "merge", parts,
		[sh("sort -m", 'LC_ALL=C exec sort -m "$0" "$@"', *parts)])

	table = bench.data.table
	programs.compare("sum of a column of quoted cells", "column_sum", ["3", table],
		[Command("Python's csv", [sys.executable, "-c", CSV, table], answer="digest")], threads=threads)

	numbers = make_numbers(bench)
	programs.compare("2000 lines by number", "line_server", [log], [sh("Python with a list of offsets",
		'exec "%s" -c "$0" "$1" < "$2"' % sys.executable, OFFSETS, log, numbers)],
		before="exec < '%s'; " % numbers, threads=threads)

	floats = bench.data.floats
	programs.compare("histogram of 8 Mi doubles", "histogram", ["value:f64le", "value", "-3000", "3000", floats],
		[Command("Python's struct", [sys.executable, "-c", UNPACK, floats], answer="digest")],
		threads=threads)

	# The program does not end by itself: it is ended by its next line when `head` has ended.
	errors = int(subprocess.run(["grep", "-c", "-F", "ERROR", log], check=True,
		stdout=subprocess.PIPE).stdout)
	head = " 2> /dev/null | head -n %d" % max(1, errors * 9 // 10)
	programs.compare("lines with a text of a log that is followed", "follow", ["ERROR", log],
		[sh("tail -F, grep, sed", 'tail -n +1 -F "$0" | grep --line-buffered -F ERROR | sed "s,^,$0: ,"' + head,
			log)], after=head)
