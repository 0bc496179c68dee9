"""table_rows.py - the rows of the benchmark for tables, whose cells may be quoted, and for two files

One thread, if nothing else is said. Of the usual programs, only qsv, xsv and Python's csv know quoted
cells; cut and mawk divide lines. Counting rows is to reach 0.5 of the speed of lines if nothing is
quoted, and 3 GB/s of processor time if everything is.

SPDX-License-Identifier: MIT
"""

import os
import random
import statistics
import subprocess
import sys

from data import make
from measure import Command

GIB = 1 << 30
PLAIN_BLOCK = 1 << 16

COUNT = "import csv, sys; print(sum(1 for _ in csv.reader(open(sys.argv[1], newline=''))))"
SECOND = """
import csv, sys
rows = csv.reader(open(sys.argv[1], newline=""))
csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\\n").writerows(row[1:2] for row in rows)
"""


def write_plain(file, size):
	"""Whole blocks of rows of eight cells without quotes, about 75 bytes each."""
	rng = random.Random(4181)
	words = ["GET", "POST", "/v1/users/529501", "web-07", "", "a text of several words"]
	block = "".join("%d,2024-03-07T%02d:%02d:%02d,%s,%s,%s,%d,%.1f,%s\n" % (i, i // 3600 % 24,
		i // 60 % 60, i % 60, rng.choice(words), rng.choice(words), rng.choice(words),
		rng.randrange(100000), rng.expovariate(0.05), rng.choice(words))
		for i in range(PLAIN_BLOCK)).encode()
	for _ in range(max(1, size // len(block))):
		file.write(block)


# The most of the time of counting lines that a call may take. Cells take 24 bytes of memory each, so
# calls that make them are further from it, the more cells there are.
TARGETS = {
	"without quotes": {"rows": 2, "each": 8, "table": 24},
	"of quoted cells": {"rows": 4, "each": 12, "table": 40},
}


class Tables:
	def __init__(self, bench):
		self.bench, self.quoted = bench, bench.data.table
		self.plain = os.path.join(bench.data.folder, "plain-%d" % bench.data.size)
		make(self.plain, None, lambda file: write_plain(file, bench.data.size // 8))
		self.counters = [("qsv", ["count", "--no-headers"]), ("xsv", ["count", "--no-headers"])]

	def rivals(self, path):
		"""Programs that count rows."""
		counters = [Command("%s count" % name, [name, *args, path], answer="number")
			for name, args in self.counters]
		return [(command, None) for command in counters + [Command("Python's csv",
			[sys.executable, "-c", COUNT, path], answer="number")]]

	def count(self):
		bench = self.bench
		for title, path, separator, rivals in (
				("count rows without quotes, one thread", self.plain, ",", self.rivals(self.plain)),
				("count short rows without quotes, one thread", bench.data.rows, ";", [])):
			lines = Command("mmcat -c", [bench.mmcat, "-c", "-j1", path], answer="number")
			bench.compare(title, bench.ours("--csv", "--separator=" + separator, "-c", "-j1", path=path,
				answer="number"), [(lines, 0.5)] + rivals)
		ours = bench.compare("count rows of quoted cells, one thread",
			bench.ours("--csv", "-c", "-j1", path=self.quoted, answer="number"),
			self.rivals(self.quoted), wanted=str(bench.data.n_table_rows))
		bench.out.amount("count rows of quoted cells, one thread", "processor time of a GiB",
			statistics.median(ours.cpu) * 1000 / (os.path.getsize(self.quoted) / GIB), "ms", 358)

	def fields(self):
		more = {"drains": "-d", "answer": "digest"}
		self.bench.compare("the second field of lines, one thread",
			self.bench.ours("-F2", "--separator=,", "-j1", path=self.plain, **more),
			[(Command("cut -d, -f2", ["cut", "-d,", "-f2", self.plain], **more), 2),
			(Command("mawk -F,", ["mawk", "-F,", "{ print $2 }", self.plain], **more), None)])
		self.bench.compare("the second field of quoted rows, one thread",
			self.bench.ours("--csv", "-F2", "-j1", path=self.quoted, **more),
			[(Command("Python's csv", [sys.executable, "-c", SECOND, self.quoted], **more), 5)])

	def calls(self):
		"""The calls of the library, in one process: processor time as a fraction of counting lines."""
		for what, path in ("without quotes", self.plain), ("of quoted cells", self.quoted):
			output = subprocess.run([self.bench.tool("bench_tables"), path], capture_output=True,
				text=True, check=True).stdout
			words = {line.split()[0]: list(map(float, line.split()[1:])) for line in output.splitlines()}
			n_rows, n_cells = words.pop("n")
			title = "calls for rows %s, %.1f cells each" % (what, n_cells / n_rows)
			for way, name in ("rows", "mmr_count_lines of rows"), ("each", "mmr_each_row"), \
					("table", "mmr_table_next"):
				times = statistics.median(a / b for a, b in zip(words[way], words["lines"]))
				self.bench.out.amount(title, "%s, %.2f ns a cell" % (name,
					statistics.median(words[way]) / n_cells * 1e9), times, "of the time of lines",
					TARGETS[what][way])


def comparing(bench):
	"""Two equal files: each program reads both of them."""
	path, copy = bench.data.table, bench.data.table_copy
	cmp = Command("cmp", ["cmp", copy, path])
	for title, n, args in (("compare equal files", bench.n_threads, ()),
			("compare equal files, one thread", 1, ("-j1",))):
		bench.compare(title, bench.ours("--compare", *args, copy, path=path, threads=n, reads=None,
			name=" ".join(("mmcat --compare",) + args + ("FILE FILE",))), [(cmp, 3)], wanted="",
			lacks=bench.lacks("--compare"))


def run(bench):
	tables = Tables(bench)
	for part in tables.count, tables.fields, tables.calls:
		part()
	comparing(bench)
