#!/usr/bin/env python3
"""infield.py - --in and --where find the rows that Python finds with csv and re

	infield.py MMCAT FOLDER SEED RUNS

Makes the random tables of fields.py. Searches fields for texts and expressions, tests fields with
expressions of --where, or both, in files, in the tiny pieces of a pipe, in shards, and with several threads.

SPDX-License-Identifier: MIT
"""

import json
import os
import random
import re
import subprocess
import sys

import expectations
import where_oracle
from expectations import check, expect
from fields import WORDS, Table, object_of, pipe, text_of

TEXTS = ["a", "A", "bc", "xyz", "ERROR", "error", "0", "1", "é", "", "aa", '"', 'a"', ",", " ", "\n", "a\n"]
EXPRESSIONS = ["^a", "a$", "^$", "R+O", "[0-9]", "^xyz$", "b|x", "a.?E", "^[^a]*$", "\\n", "x(?=y)"]


def json_of(text):
	"""A string as mmcat writes it."""
	made = json.dumps(text, ensure_ascii=False)
	for short, code in (("\\n", 10), ("\\r", 13), ("\\t", 9)):
		made = made.replace(short, "\\u%04x" % code)
	return made


class Patterns:
	"""What --in searches for, as options and as expressions of Python."""

	def __init__(self, rng, table):
		# A text with the line end can only be in a cell.
		usable = [text for text in TEXTS if table.csv or "\n" not in text]
		expressions = [text for text in EXPRESSIONS if table.csv or text != "\\n"]
		self.args, sources = [], []
		for _ in range(rng.choice([1, 1, 1, 2, 3])):
			if rng.random() < 0.65:
				text = rng.choice(usable)
				self.args += ["-e", text.replace("\n", "\\n")]
				sources.append(re.escape(text))
			else:
				source = rng.choice(expressions)
				self.args += ["-E", source]
				sources.append(source)
		flags = {flag for flag in ("-I", "-W", "-X", "--and") if rng.random() < 0.15}
		self.args += sorted(flags)
		if "-W" in flags:
			sources = ["(?<!\\w)(?:%s)(?!\\w)" % source for source in sources]
		if "-X" in flags:
			sources = ["\\A(?:%s)\\Z" % source for source in sources]
		how = re.M | (re.I if "-I" in flags else 0)
		self.patterns = [re.compile(source.encode(), how) for source in sources]
		self.all = all if "--and" in flags else any
		self.items, self.fields = self.draw_fields(rng, table)
		self.args.append("--in=" + ",".join(self.items))

	@staticmethod
	def draw_fields(rng, table):
		items, fields = [], []
		names = table.rows[0] if table.header and table.rows else []
		for _ in range(rng.choice([1, 1, 2])):
			first, last = sorted([rng.randrange(1, 6), rng.randrange(1, 6)])
			kind = rng.randrange(4)
			if kind == 0 and names:
				first = last = rng.randrange(len(names)) + 1
				items.append(names[first - 1])
			elif kind == 1:
				items.append("%d-" % first)
				last = 10**6
			elif kind == 2:
				items.append("%d-%d" % (first, last))
			else:
				last = first
				items.append("%d" % first)
			fields.append((first, last))
		return items, fields

	def match(self, values):
		return any(self.all(pattern.search(value.encode()) for pattern in self.patterns)
			for first, last in self.fields for value in values[first - 1:last])


class Case:
	"""Options, and what they print of a table."""

	def __init__(self, rng, table):
		self.table = table
		kind = rng.choice(["in", "where", "both"])
		self.patterns = Patterns(rng, table) if kind != "where" else None
		self.where = where_oracle.draw(rng, self.draw_test) if kind != "in" else None
		self.args = ["--separator=" + {"\t": "\\t"}.get(table.separator, table.separator)]
		self.args += ["--csv"] * table.csv + ["--header"] * table.header
		if self.patterns:
			self.args += self.patterns.args
		if self.where:
			names = table.values(table.rows[0]) if table.header and table.rows else []
			self.args.append("--where=" + self.where.text(rng, names))
		self.choose(rng)

	@staticmethod
	def draw_test(rng):
		op = rng.choice(list(where_oracle.OPERATORS))
		value = rng.choice(["", "a", "xyz", "ERROR", "é", 'b"', "'"]) if rng.random() < 0.5 else \
			rng.choice([0, 1, 10, 10.0, 10.5, -1, "1e1"])
		# A number is written without quotes.
		if value == "1e1":
			return where_oracle.Test(rng.randrange(5), op, 1e1)
		return where_oracle.Test(rng.randrange(5), op, value)

	def choose(self, rng):
		def maybe(chance):
			return rng.random() < chance
		self.invert, self.reverse, self.count = maybe(0.2), maybe(0.2), maybe(0.2)
		self.most = rng.choice([0, 1, 2, 5, 100]) if maybe(0.4) else None
		self.lines = (rng.randrange(5), rng.randrange(12)) if maybe(0.2) else None
		self.json = self.table.header and not self.count and maybe(0.2)
		self.first = maybe(0.2)
		self.number, self.offset, self.name = [not self.json and not self.count and maybe(0.3) for _ in range(3)]
		self.context = rng.choice([1, 2]) if not self.reverse and not self.count and not self.json and maybe(0.2) else 0
		self.sample = self.most is None and self.context == 0 and maybe(0.1)
		if self.lines:
			self.args.append("-l%d:%d" % self.lines)
		self.args += ["-v"] * self.invert + ["-r"] * self.reverse + ["-c"] * self.count + ["-n"] * self.number
		self.args += ["-O"] * self.offset + ["-H"] * self.name + ["--json"] * self.json + ["-F1"] * self.first
		self.args += ["-m%s" % self.most] * (self.most is not None) + ["-C%d" % self.context] * (self.context > 0)
		self.args += ["--sample=1000000"] * self.sample

	def test(self, at):
		"""(whether the row passes, its faults)."""
		values = self.table.values(self.table.rows[at])
		if self.patterns and not self.patterns.match(values):
			return False, False, False
		if not self.where:
			return True, False, False

		def value_of(field):
			if field >= len(values):
				raise where_oracle.Lacks
			return values[field].encode()
		return self.where.holds(value_of)

	def prefix(self, at, name, mark):
		first = 1 if self.table.header else 0
		return "".join(["%s%s" % (name, mark)] * self.name + ["%d%s" % (at - first + 1, mark)] * self.number +
			["%d%s" % (self.table.offs[at], mark)] * self.offset)

	def row(self, at):
		table = self.table
		row, end, line = table.rows[at], table.ends[at], table.lines[at]
		if self.json:
			fields = object_of(table, row, [(1, 1 if self.first else None)])
			return "{%s}\n" % ",".join("%s:%s" % (json_of(key), json_of(value)) for key, value in fields)
		if self.first:
			return text_of(table, row, end, [(1, 1)])
		return line if end else line + "\n"

	def expected(self, name):
		"""(status, output, messages)."""
		table = self.table
		rows = list(range(1 if table.header else 0, len(table.rows)))
		if self.lines:
			rows = rows[slice(*self.lines)]
		tests = {at: self.test(at) for at in rows}
		order = rows[::-1] if self.reverse else rows
		found = [at for at in order if tests[at][0] != self.invert]
		seen = order
		if self.most is not None and len(found) >= self.most:
			found = found[:self.most]
			seen = order[:order.index(found[-1]) + 1] if found else []
		messages = []
		for i, what in ((1, "a field"), (2, "a number")):
			bad = sorted(at for at in seen if tests[at][i])
			if bad:
				messages.append("mmcat: %s: cannot find %s of --where in %d %s, the first at byte %d\n" %
					(name, what, len(bad), "row" if len(bad) == 1 else "rows", table.offs[bad[0]]))
		status = 2 if messages else 0 if found else 1
		return status, self.output(found, rows, name), "".join(messages)

	def output(self, found, rows, name):
		if self.count:
			return "%s%d\n" % (("%s:" % name) * self.name, len(found))
		out = [self.row(0)] if self.table.header and self.table.rows and not self.json else []
		if not self.context:
			return "".join(out + [self.prefix(at, name, ":") + self.row(at) for at in found])
		places, known = {at: i for i, at in enumerate(rows)}, set(found)
		shown = sorted({near for at in found
			for near in rows[max(0, places[at] - self.context):places[at] + self.context + 1]})
		for i, at in enumerate(shown):
			if i > 0 and shown[i - 1] != at - 1:
				out.append("--\n")
			out.append(self.prefix(at, name, ":" if at in known else "-") + self.row(at))
		return "".join(out)


def repeat(table, n):
	"""Repeats the data of a table."""
	first = 1 if table.header else 0
	last, table.ends[-1] = table.ends[-1], table.ends[-1] or "\n"
	table.rows[first:] = table.rows[first:] * n
	table.ends[first:] = table.ends[first:] * n
	table.ends[-1] = last
	table.lines = [table.separator.join(row) + end for row, end in zip(table.rows, table.ends)]
	table.data = "".join(table.lines).encode()
	table.offs = [0]
	for line in table.lines:
		table.offs.append(table.offs[-1] + len(line.encode()))


def run(mmcat, case, path, how, rng):
	args = [mmcat, *case.args, *how]
	if rng.random() < 0.5:
		name = path
		done = subprocess.run([*args, path], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
		got = done.returncode, done.stdout, done.stderr
	else:
		name = "standard input"
		got = pipe(args, case.table.data, rng.choice([1, 7, 4096]) if len(case.table.data) < 5000 else 997)
	status, out, err = case.expected(name)
	expect("%r of %r, %s" % (args[1:], case.table.data[:300], name), got, (status, out.encode(), err.encode()))
	return status


def shards(mmcat, case, path):
	"""All shards together have the rows of the file."""
	wanted = subprocess.run([mmcat, *case.args, path], capture_output=True, timeout=60).stdout
	got = b"".join(subprocess.run([mmcat, *case.args, "-s%d/3" % k, path], capture_output=True, timeout=60).stdout
		for k in (1, 2, 3))
	expect("shards of %r of %r" % (case.args, case.table.data[:300]), got, wanted)


def main():
	mmcat, folder, seed, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
	rng, path = random.Random(seed), os.path.join(folder, "table")
	statuses = [0, 0, 0]
	WORDS.extend(["1", "10.5", " 10 ", "1e1", "-1", "'"])
	for i in range(runs):
		table = Table(rng)
		if i % 20 == 0 and 0 < len(table.rows) < 20:
			# Rows in many blocks and runs.
			repeat(table, rng.randrange(50, 300))
		with open(path, "wb") as file:
			file.write(table.data)
		case = Case(rng, table)
		names = table.rows[0] if table.header and table.rows else []
		if table.header and (not names or len(set(names)) < len(names)):
			continue
		statuses[run(mmcat, case, path, rng.choice([[], ["-j1"], ["-j4"], ["--no-mmap"]]), rng)] += 1
		if i % 5 == 0 and not (case.lines or case.most is not None or case.count or case.reverse or case.sample
				or case.context or case.number):
			shards(mmcat, case, path)
	check("rows are found, are not found, and have faults", min(statuses) > runs // 20, statuses)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
