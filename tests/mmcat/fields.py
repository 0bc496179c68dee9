#!/usr/bin/env python3
"""fields.py - -F prints the fields that Python's csv and split find

	fields.py MMCAT FOLDER SEED RUNS

Makes random tables: with quotes, separators and line ends in cells, CRLF, rows of different lengths, empty
lines, and no last line end. Runs mmcat on each as a file, in the tiny pieces of a pipe, and with several
threads.

SPDX-License-Identifier: MIT
"""

import csv
import io
import json
import os
import random
import subprocess
import sys
import threading

import expectations
from expectations import check, expect

WORDS = ["", "a", "bc", "xyz", "ERROR", "0", "10", "é", " "]


class Table:
	"""A table, as bytes, and its rows as lists of raw fields and of values."""

	def __init__(self, rng):
		self.csv = rng.random() < 0.7
		self.separator = rng.choice([",", ";", "\t"])
		self.header = rng.random() < 0.5
		self.rows, self.ends = [], []
		n_fields = rng.randrange(1, 6)
		for at in range(rng.randrange(0, 12) if rng.random() < 0.8 else rng.randrange(3000)):
			n = n_fields if rng.random() < 0.9 else rng.randrange(1, 8)
			row = [self.field(rng) for _ in range(n)]
			if at == 0 and self.header:
				row = ["n%d" % i if not self.csv or rng.random() < 0.7 else '"n,""%d"' % i
					for i in range(n_fields)]
			self.rows.append(row)
			self.ends.append("\r\n" if self.csv and rng.random() < 0.3 else "\n")
		# A last row of one empty field without a line end is no row.
		if self.rows and self.rows[-1] != [""] and rng.random() < 0.3:
			self.ends[-1] = ""
		self.lines = [self.separator.join(row) + end for row, end in zip(self.rows, self.ends)]
		self.data = "".join(self.lines).encode()
		self.offs = [0]
		for line in self.lines:
			self.offs.append(self.offs[-1] + len(line.encode()))

	def field(self, rng):
		text = rng.choice(WORDS) * rng.randrange(1, 3)
		if not self.csv:
			return text + ('"' if rng.random() < 0.1 else "")
		if rng.random() < 0.3:
			inside = "".join(rng.choice(["a", "\n", "\r\n", '""', self.separator, "ERROR", "é"])
				for _ in range(rng.randrange(5)))
			return '"%s"' % inside
		return text + ('b"' if rng.random() < 0.1 else "")

	def values(self, row):
		"""What Python finds in a row."""
		text = self.separator.join(row)
		if not self.csv:
			return text.split(self.separator)
		if not text:
			return [""]
		return next(csv.reader(io.StringIO(text + "\n", newline=""), delimiter=self.separator))


def choose_fields(rng, table):
	"""A list of -F, as an argument and as (first, last), where last is None for the rest."""
	names = table.rows[0] if table.header and table.rows else []
	texts, spans = [], []
	for _ in range(rng.randrange(1, 4)):
		first = rng.randrange(1, 6)
		last = rng.randrange(first, 7)
		kind = rng.randrange(5)
		if kind == 0 and names:
			first = rng.randrange(len(names)) + 1
			texts.append(names[first - 1])
			spans.append((first, first))
		elif kind == 1:
			texts.append("%d-%d" % (first, last))
			spans.append((first, last))
		elif kind == 2:
			texts.append("%d-" % first)
			spans.append((first, None))
		elif kind == 3:
			texts.append("-%d" % last)
			spans.append((1, last))
		else:
			texts.append("%d" % first)
			spans.append((first, first))
	return ",".join(texts), spans


def select(row, spans, missing):
	"""(number, field) of each field that is printed, by span."""
	for first, last in spans:
		stop = len(row) if last is None else last
		yield [(number, row[number - 1] if number <= len(row) else missing)
			for number in range(first, stop + 1)]


def text_of(table, row, end, spans):
	return table.separator.join(table.separator.join(field for _, field in part)
		for part in select(row, spans, "")) + (end or "\n")


def is_complete(row, spans):
	return all(len(row) >= (first if last is None else last) for first, last in spans)


def object_of(table, row, spans):
	names = table.values(table.rows[0]) if table.header else []
	return [(names[number - 1] if number <= len(names) else str(number), value)
		for part in select(table.values(row), spans, None) for number, value in part]


def pipe(command, data, size):
	"""Runs mmcat on a pipe that gets a few bytes at a time."""
	process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

	def write():
		try:
			for at in range(0, len(data), size):
				process.stdin.write(data[at:at + size])
				process.stdin.flush()
			process.stdin.close()
		except BrokenPipeError:
			pass
	writer = threading.Thread(target=write)
	writer.start()
	out, err = process.stdout.read(), process.stderr.read()
	writer.join()
	return process.wait(), out, err


def one_run(mmcat, path, rng):
	table = Table(rng)
	fields, spans = choose_fields(rng, table)
	separator = {"\t": "\\t"}.get(table.separator, table.separator)
	args = ["-F", fields, "--separator=" + separator] + (["--csv"] if table.csv else []) + \
		(["--header"] if table.header else [])
	rows = list(zip(table.rows, table.ends, table.offs, table.lines))
	header, data = (rows[:1], rows[1:]) if table.header else ([], rows)
	data = [(number + 1, *row) for number, row in enumerate(data)]
	status = 0
	if rng.random() < 0.3:
		start, stop = rng.randrange(6), rng.randrange(8)
		args += ["-l", "%d:%d" % (start, stop)]
		data = data[start:stop]
	if rng.random() < 0.3:
		args += ["-e", "ERROR"] + rng.choice([[], ["-v"]])
		data = [row for row in data if ("ERROR" in row[4]) != ("-v" in args)]
		status = 0 if data else 1
	if rng.random() < 0.2:
		args.append("-r")
		data.reverse()
	if rng.random() < 0.2:
		args += ["-m", "3"]
		data = data[:3]
	lacking = [off for _, row, _, off, _ in data if not is_complete(row, spans)]
	how = rng.choice(["", "", "-n", "-O", "-c", "--json"])
	args += [how] if how else []
	if how == "-c":
		wanted = "%d\n" % len(data)
	elif how == "--json":
		wanted = [object_of(table, row, spans) for _, row, _, _, _ in data]
	else:
		prefix = {"": "", "-n": "%d:", "-O": "%d:"}[how]
		wanted = "".join(text_of(table, row, end, spans) for row, end, _, _ in header)
		for number, row, end, off, _ in data:
			wanted += (prefix % {"-n": number, "-O": off}[how] if prefix else "") + \
				text_of(table, row, end, spans)
	messages = ""
	if lacking:
		status = 2
		most = max(first if last is None else last for first, last in spans)
		messages = "mmcat: %%s: cannot find field %d in %d row%s, the first at byte %d\n" % (
			most, len(lacking), "s" if len(lacking) > 1 else "", min(lacking))
	if not table.rows and table.header and any(text[0] in '"n' for text in fields.split(",")):
		return
	args += rng.choice([[], ["-j1"], ["-j3"], ["--no-mmap"], ["--cache=leave"]])
	with open(path, "wb") as file:
		file.write(table.data)
	if rng.random() < 0.5:
		name = "standard input"
		done = pipe([mmcat, *args], table.data, rng.choice([1, 2, 7, 100]) if len(table.data) < 3000 else 4096)
	else:
		name = path
		process = subprocess.run([mmcat, *args, path], capture_output=True, timeout=60)
		done = process.returncode, process.stdout, process.stderr
	printed = done[1].decode()
	if how == "--json":
		printed = [json.loads(line, object_pairs_hook=list) for line in printed.splitlines()]
	expect("%s\n\t%.300r" % (" ".join(args), table.data), (done[0], printed, done[2].decode()),
		(status, wanted, messages % name if messages else ""))


def main():
	mmcat, folder, seed, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
	path = os.path.join(folder, "table")
	for at in range(runs):
		one_run(mmcat, path, random.Random(seed * 1000003 + at))
		check("fewer than 10 failures", len(expectations.failures) < 10)
		if len(expectations.failures) > 10:
			break
	print("%d runs, %d failures" % (runs, len(expectations.failures)))
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
