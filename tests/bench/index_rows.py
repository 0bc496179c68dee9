"""index_rows.py - the rows of the benchmark that use an index of lines

The index is beside the log, under a name that mmcat uses only with --index: other rows must not use it.
qsv, which keeps an index of CSV records, is not packaged in Debian, so it is no rival.

SPDX-License-Identifier: MIT
"""

import os
import subprocess

from measure import Command

LINE = 40000000


class Index:
	def __init__(self, bench):
		self.bench, self.log = bench, bench.data.log
		self.place = self.log + ".index"
		self.option = "--index=" + self.place
		subprocess.run([bench.mmcat, self.option, "-b0:0", self.log], check=True)
		self.start_up = self.ours("-b0:1")

	def ours(self, *args, index=None, name=None, **more):
		"""Runs with the index, or with another option. A limit is that of reading the whole file, which
		an index avoids."""
		return self.bench.ours(index or self.option, *args, threads=self.bench.n_threads, reads=None,
			name=name or "mmcat %s FILE" % " ".join(args), **more)

	def plain(self, *args, **more):
		return self.ours(*args, index="--no-index",
			name="mmcat --no-index %s FILE" % " ".join(args), **more)

	def more_than_start_up(self, title, command, most):
		"""Both run in turn, many times; `most` is in milliseconds."""
		self.start_up.times, self.start_up.cpu = [], []
		self.bench.runner.check(self.start_up)
		self.bench.runner.measure([self.start_up, command], 7, 50)
		more = [(b - a) * 1000 for a, b in zip(self.start_up.times, command.times)]
		self.bench.out.amount(title, "%s, more than start-up" % command.name, sorted(more)[3], "ms", most)

	def percent_more(self, title, ours, other, most):
		"""Different output, so the two cannot be rivals of a row."""
		for command in ours, other:
			self.bench.runner.check(command)
		self.bench.runner.measure([ours, other], 9)
		times = sorted(b / a for a, b in zip(other.cpu, ours.cpu))[4]
		self.bench.out.amount(title, "processor time of %s" % other.name, times, "times", most)


def building(index):
	"""The index is removed before each run, by the same shell for both."""
	def shell(name, words):
		return Command(name, ["sh", "-c", 'rm -f "$0.new"; exec "$@"', index.place, index.bench.mmcat,
			*words, index.log], threads=index.bench.n_threads, answer="number", ours="new" in name)

	index.bench.compare("count lines and make an index",
		shell("mmcat --index=new -c FILE", ["--index=%s.new" % index.place, "-c"]),
		[(shell("mmcat -c FILE", ["--no-index", "-c"]), 0.95)])
	size = os.path.getsize(index.place)
	index.bench.out.amount("index", "size for each GiB", size * (1 << 20) / os.path.getsize(index.log), "KiB", 264)


def asking(index):
	bench, n_lines = index.bench, int(subprocess.run([index.bench.mmcat, index.option, "-c", index.log],
		capture_output=True, check=True).stdout)
	line = min(LINE, n_lines * 9 // 10)
	title = "line %d with an index" % line
	ours = index.ours("-l%d" % line, name="mmcat --index -l N FILE")
	bench.compare(title, ours, [
		(Command("sed -n Np", ["sed", "-n", "%d{p;q}" % (line + 1), index.log]), 500),
		(index.plain("-l%d" % line), 40)])
	index.more_than_start_up(title, ours, 1)
	bench.out.amount(title, "peak heap", ours.heap_kib, "KiB", 1024)
	ours = index.ours("-c", answer="number", name="mmcat --index -c FILE")
	bench.compare("count lines with an index", ours, [(index.plain("-c", answer="number"), None)])
	index.more_than_start_up("count lines with an index", ours, 0.5)
	half = "-b%d:" % (os.path.getsize(index.log) // 2 + 7)
	bench.compare("count lines of a half with an index",
		index.ours("-c", half, answer="number", name="mmcat --index -c -b N: FILE"),
		[(index.plain("-c", half, answer="number"), None)])


def numbering(index):
	rare = index.bench.data.rare
	without = index.plain("-e", rare)
	index.percent_more("rare lines and their numbers, with an index",
		index.ours("-n", "-e", rare, name="mmcat --index -n -e RARE FILE"), without, 1.02)
	index.percent_more("rare lines and their numbers, without an index",
		index.plain("-n", "-e", rare), index.plain("-e", rare), 1.1)


def library(index):
	output = subprocess.run([index.bench.tool("bench_index"), index.log, index.place], capture_output=True,
		text=True, check=True).stdout
	for words in map(str.split, output.splitlines()):
		times = dict(zip(words[1::2], map(float, words[2::2])))
		title = "questions to an index, table in %s" % words[0].replace("file", "a file")
		for name, most in ("select", 2000), ("rank", 1300), ("next", 150):
			index.bench.out.amount(title, name, times[name], "ns", most)
		index.bench.out.amount(title, "peak heap", times["heap"] / 1024, "KiB", 1024)


def run(bench):
	lacks = bench.lacks("--index")
	if lacks:
		bench.out.skip("indexes", lacks)
		return
	index = Index(bench)
	for part in (building, asking, numbering, library):
		part(index)
