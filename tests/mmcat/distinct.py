#!/usr/bin/env python3
"""distinct.py - -u prints each distinct value once, with its count, as a dictionary of Python finds

	distinct.py MMCAT FOLDER SEED RUNS

Makes random inputs with many equal lines, rows or records: binary ones, empty ones, ones of more than 64 KiB,
without a last line end. Runs mmcat on files, on the pieces of a pipe, and with several threads, with and without
a file for values that need more than the memory.

SPDX-License-Identifier: MIT
"""

import base64
import json
import os
import random
import struct
import subprocess
import sys

import expectations
from expectations import check, expect
from fields import pipe

WORDS = [b"", b"a", b"b", b"ab", b"ERROR", b"ERROR 1", b"x" * 9, b"\xc3\xa9", b"12", b"\r", b" "]
BINARY = [b"\0", b"\xff\xff", b"\x1b[m", b"\xed\xa0\x80"]


def words_of(rng):
	"""The values of an input."""
	words = WORDS + (BINARY if rng.random() < 0.5 else [])
	if rng.random() < 0.3:
		words += [b"%d-%d" % (n, rng.randrange(9)) for n in range(rng.choice([5, 300, 3000]))]
	if rng.random() < 0.05:
		words += [b"long" * rng.randrange(16000, 50000) + word for word in words[:3]]
	return words


class Lines:
	"""Lines of words, with one to three fields, which end with any byte."""
	def __init__(self, rng):
		self.delimiter = rng.choice([b"\n", b"\n", b"\n", b";", b"\0"])
		self.separator = b"\t"
		self.args = [] if self.delimiter == b"\n" else ["-d", {b";": ";", b"\0": "\\0"}[self.delimiter]]
		self.words = [word for word in words_of(rng) if self.delimiter not in word]

	def unit(self, rng):
		return b"\t".join(rng.choice(self.words) for _ in range(rng.choice([1, 2, 2, 2, 3]))) + self.delimiter

	def fields(self, unit):
		return unit.removesuffix(self.delimiter).split(self.separator), b""


class Rows(Lines):
	"""Rows of a table, with quotes and line ends in cells."""
	def __init__(self, rng):
		self.delimiter, self.separator = b"\n", b","
		self.args = ["--csv"]
		self.words = [word for word in words_of(rng) if b"\r" not in word] + \
			[b'"a\nb"', b'"a,b"', b'"a""b"', b'"ERROR\r\n"', b'"ab"']

	def unit(self, rng):
		cells = [rng.choice(self.words) for _ in range(rng.choice([1, 2, 2, 3]))]
		return b",".join(cells) + rng.choice([b"\n", b"\n", b"\r\n"])

	def fields(self, unit):
		end = b"\r\n" if unit.endswith(b"\r\n") else b"\n"
		cells, quoted = [b""], False
		for byte in unit.removesuffix(end):
			quoted ^= byte == ord('"')
			if byte == ord(",") and not quoted:
				cells.append(b"")
			else:
				cells[-1] += bytes([byte])
		return cells, end[:-1]


class Records(Lines):
	"""Records of several lines, each of which begins with '>'."""
	def __init__(self, rng):
		self.delimiter, self.separator = b"\n", b"\t"
		self.args = ["-R", ">"]
		self.words = [word for word in words_of(rng) if b"\n" not in word]

	def unit(self, rng):
		lines = [rng.choice(self.words) for _ in range(rng.choice([1, 1, 2]))]
		return b"".join((b">" if at == 0 else b"+") + line + b"\n" for at, line in enumerate(lines))


def make_units(rng, kind):
	n = rng.choice([0, 1, 2, 5, 30, 30, 300, 3000])
	units = [kind.unit(rng) for _ in range(n)]
	# A last unit without a delimiter; an empty one would be none.
	if units and rng.random() < 0.4 and units[-1].rstrip(b"\r\n" if kind.args == ["--csv"] else kind.delimiter):
		units[-1] = units[-1].removesuffix(kind.delimiter)
	return units


def as_text(value):
	try:
		return "text", value.decode()
	except UnicodeDecodeError:
		return "bytes", base64.b64encode(value).decode()


def json_text(field, csv):
	"""The text of a field in JSON."""
	if csv and len(field) > 1 and field.startswith(b'"') and field.endswith(b'"'):
		field = field[1:-1].replace(b'""', b'"')
	return field.decode("utf-8", "surrogateescape")


def select_fields(kind, units, wanted, as_json):
	"""The value of each unit, and whether it lacks a field."""
	for unit in units:
		cells, end = kind.fields(unit)
		chosen = [(number, cells[number - 1] if number <= len(cells) else None) for number in wanted]
		lacks = max(wanted) > len(cells)
		if as_json:
			csv = kind.args == ["--csv"]
			yield tuple((str(number), None if cell is None else json_text(cell, csv)) for number, cell in chosen), lacks
		else:
			yield kind.separator.join(cell or b"" for _, cell in chosen) + end, lacks


def count(values, order):
	"""(value, count) in the order that is wanted."""
	table = {}
	for value in values:
		table[value] = table.get(value, 0) + 1
	pairs = list(table.items())
	if order == "count":
		pairs.sort(key=lambda pair: -pair[1])
	elif order == "value":
		pairs.sort()
	return pairs


def matches_of(units, delimiter):
	"""The matches of the texts E and a, the longest first."""
	for unit in units:
		line, at = unit.removesuffix(delimiter), 0
		while at < len(line):
			found = next((text for text in (b"ERROR", b"a") if line.startswith(text, at)), None)
			if found:
				yield found
			at += len(found or b".")


class Run:
	"""One command line, and what it should print."""

	def __init__(self, rng):
		self.kind = rng.choice([Lines, Lines, Lines, Rows, Records])(rng)
		self.inputs = [make_units(rng, self.kind) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
		self.args = ["-u", *self.kind.args]
		self.order = rng.choice(["first", "first", "count", "value"])
		self.json = rng.random() < 0.2
		self.count = rng.random() < 0.15
		self.status, self.lacks, matching = 0, False, rng.random() < 0.3
		fields = [1] if type(self.kind) is not Records and rng.random() < 0.4 else None
		if fields:
			fields = rng.choice([[1], [2], [2], [3, 1], [2, 2]])
			self.args += ["-F", ",".join(map(str, fields))]
		only = not fields and matching and rng.random() < 0.4
		invert = matching and not only and rng.random() < 0.3
		most = rng.choice([None, None, None, 0, 1, 7])
		backward = rng.random() < 0.2
		lines = rng.random() < 0.2
		values = []
		for units in self.inputs:
			# A row of a file that does not end with a line end is a row of its own.
			if lines:
				units = units[1:20]
			if backward:
				units = units[::-1]
			if matching:
				units = [unit for unit in units
					if (b"ERROR" in unit or b"a" in unit) != invert]
			units = units[:most]
			values += self.values_of(units, fields, only)
			self.found = getattr(self, "found", False) or bool(units)
		self.args += (["-l", "1:20"] if lines else []) + (["-r"] if backward else []) + \
			(["-m", str(most)] if most is not None else []) + (["-v"] if invert else []) + \
			(["-e", "ERROR", "-e", "a"] if matching else []) + (["-o"] if only else [])
		if matching and not self.found:
			self.status = 1
		if self.lacks:
			self.status = 2
		self.args += (["-c"] if self.count else ["--by=" + self.order]) + (["--json"] if self.json else [])
		self.wanted = self.printed(values, fields)

	def values_of(self, units, fields, only):
		delimiter = self.kind.delimiter
		if fields:
			pairs = list(select_fields(self.kind, units, fields, self.json))
			self.lacks |= any(lacks for _, lacks in pairs)
			return [value for value, _ in pairs]
		if only:
			return list(matches_of(units, delimiter))
		return [unit.removesuffix(delimiter) for unit in units]

	def printed(self, values, fields):
		if self.count:
			n = len(set(values))
			return [[("values", n)]] if self.json else b"%d\n" % n
		order = self.order
		# Objects are sorted as texts.
		key = (lambda value: object_text(value)) if self.json and fields else (lambda value: value)
		pairs = count(map(key, values), order)
		if not self.json:
			return b"".join(b"%d\t%s%s" % (n, value, self.kind.delimiter) for value, n in pairs)
		if fields:
			return [[("count", n), *json.loads(value, object_pairs_hook=list)] for value, n in pairs]
		return [[("count", n), as_text(value)] for value, n in pairs]


def object_text(members):
	"""The object that mmcat prints for fields."""
	text = ",".join("%s:%s" % (json.dumps(key), "null" if value is None else json_string(value))
		for key, value in members)
	return ("{%s}" % text).encode()


def json_string(text):
	"""Only what must be escaped is, as mmcat does it."""
	return '"%s"' % "".join({'"': '\\"', "\\": "\\\\"}.get(
		c, "\\u%04x" % ord(c) if c < " " or "\ud800" <= c < "\ue000" else c) for c in text)


def one_run(mmcat, folder, rng):
	run = Run(rng)
	paths = [os.path.join(folder, "input%d" % at) for at in range(len(run.inputs))]
	for path, units in zip(paths, run.inputs):
		with open(path, "wb") as file:
			file.write(b"".join(units))
	command = [mmcat, *run.args, *rng.choice([[], ["-j1"], ["-j4"], ["--no-mmap"]]),
		*rng.choice([[], [], ["--memory=64K", "--spill"]])]
	if len(paths) == 1 and rng.random() < 0.4:
		data = b"".join(run.inputs[0])
		status, out, err = pipe(command, data, rng.choice([1, 2, 7, 100]) if len(data) < 3000 else 4096)
	else:
		done = subprocess.run([*command, *paths], capture_output=True, timeout=60)
		status, out, err = done.returncode, done.stdout, done.stderr
	if run.json:
		out = [json.loads(line, object_pairs_hook=list) for line in out.splitlines()]
	check("a message", bool(err) == run.lacks, command, err)
	expect("%s\n\t%.300r" % (" ".join(command[1:]), run.inputs), (status, out), (run.status, run.wanted))


# --- Values that do not fit into memory ---------------------------------------------------------------


def spilled(mmcat, folder, rng):
	"""Many values, of which few fit into 64 KiB: some hundred runs are merged, in several passes."""
	path = os.path.join(folder, "many")
	values = [b"%x" % rng.randrange(1 << rng.choice([8, 20, 90])) + b"v" * rng.choice([0, 0, 3, 200])
		for _ in range(40000)]
	values += [b"w" * rng.choice([40000, 70000, 200000]) + b"%d" % (n % 3) for n in range(9)]
	lines = [rng.choice(values) for _ in range(rng.choice([100, 90000]))] + values[-9:]
	with open(path, "wb") as file:
		file.write(b"".join(line + b"\n" for line in lines))
	for order in ("first", "count", "value"):
		wanted = b"".join(b"%d\t%s\n" % (n, value) for value, n in count(lines, order))
		for args in ["-j1", "--memory=64K", "--spill"], ["-j4", "--memory=200K", "--spill"], ["-j3"]:
			done = subprocess.run([mmcat, "-u", "--by=" + order, *args, path], capture_output=True, timeout=300)
			expect("%s by %s" % (" ".join(args), order), (done.returncode, done.stdout, done.stderr),
				(0, wanted, b""))
	done = subprocess.run([mmcat, "-uc", "--memory=64K", "--spill", path], capture_output=True, timeout=300)
	expect("the number of many values", done.stdout, b"%d\n" % len(set(lines)))


# --- Records of a layout ------------------------------------------------------------------------------


def typed(mmcat, folder, rng):
	path = os.path.join(folder, "records")
	records = [(rng.randrange(5), rng.choice([b"AB", b"C", b"a\tb"])) for _ in range(rng.choice([0, 1, 99, 40000]))]
	with open(path, "wb") as file:
		file.write(b"".join(struct.pack("<H3s", *record) for record in records))
	backward, as_json = rng.random() < 0.3, rng.random() < 0.3
	most = rng.choice([None, 9])
	order = rng.choice(["first", "count", "value"])
	args = ["-u", "--by=" + order, "-t", "n:u16le,t:3s"] + (["-r"] if backward else []) + \
		(["-m", "9"] if most else []) + (["--json"] if as_json else []) + rng.choice([[], ["-j1"], ["-j4"]])
	chosen = (records[::-1] if backward else records)[:most]
	texts = [b'{"n":%d,"t":"%s"}' % (n, t.replace(b"\t", b"\\u0009")) if as_json else b"%d\t%s" % (n, t.replace(b"\t", b"\\t"))
		for n, t in chosen]
	wanted = b"" if as_json else b"count\tn\tt\n"
	for text, n in count(texts, order):
		wanted += b'{"count":%d,%s\n' % (n, text[1:]) if as_json else b"%d\t%s\n" % (n, text)
	done = subprocess.run([mmcat, *args, path], capture_output=True, timeout=60)
	expect(" ".join(args), (done.returncode, done.stdout, done.stderr), (0, wanted, b""))


# --- As without -u ------------------------------------------------------------------------------------


def same_lines(mmcat, folder, rng):
	"""Selections that are not made here: the lines are those that mmcat prints without -u."""
	paths = [os.path.join(folder, name) for name in ("same1", "same2")]
	for path in paths:
		with open(path, "wb") as file:
			file.write(b"".join(b"%03d\t%s\n" % (n, rng.choice(WORDS).replace(b"\r", b"")) for n in range(500)))
	args = rng.choice([["-b", "100:-50"], ["-s", "2/3"], ["-l", "-200:-9", "-l", ":50", "-l", "7"],
		["--sample=50", "--seed=3"], ["--sample=50", "--seed=3", "-r", "-F", "2"], ["--from=100", "--until=200"],
		["-b", "5:50", "-b", "10:9", "-e", "a"], ["-E", "E.*|[0-9]0", "-o"], ["-I", "-e", "error", "-m", "5"],
		["-s", "1/2", "-F", "2"], ["--sample=9", "--seed=1", "-t", "7s"], ["-d", "0", "-F2", "-m3"]])
	names = ["--no-filename"] if set(args) & {"-e", "-E"} else []
	# Without -u, the end of a range is joined to the start of the next one.
	if "-b" in args and not names:
		paths = paths[:1]
	plain = subprocess.run([mmcat, *args, *names, *paths], capture_output=True, timeout=60)
	end = b"0" if "-d" in args else b"\n"
	lines = plain.stdout.removesuffix(end).split(end) if plain.stdout else []
	wanted = b"".join(b"%d\t%s%s" % (n, line, end) for line, n in count(lines, "first"))
	done = subprocess.run([mmcat, "-u", *args, *paths], capture_output=True, timeout=60)
	expect(" ".join(args), (done.returncode, done.stdout, done.stderr), (plain.returncode, wanted, plain.stderr))


def on_a_terminal(mmcat, folder):
	"""Values before a binary one are printed; with -a, all are."""
	path = os.path.join(folder, "binary")
	with open(path, "wb") as file:
		file.write(b"a\na\n\0\n")
	for args, wanted in ([], (2, b"2\ta\r\n", b"mmcat: cannot print binary data to a terminal; use -a to print it\n")), \
			(["-a"], (0, b"2\ta\r\n1\t\0\r\n", b"")), (["-c"], (0, b"2\r\n", b"")):
		ours, its = os.openpty()
		done = subprocess.run([mmcat, "-u", *args, path], stdout=its, stderr=subprocess.PIPE, timeout=60)
		os.close(its)
		printed = os.read(ours, 100)
		os.close(ours)
		expect("on a terminal, with %s" % args, (done.returncode, printed, done.stderr), wanted)


def main():
	mmcat, folder, seed, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
	on_a_terminal(mmcat, folder)
	for at in range(runs):
		rng = random.Random(seed * 1000003 + at)
		one_run(mmcat, folder, rng)
		if at % 4 == 0:
			typed(mmcat, folder, rng)
			same_lines(mmcat, folder, rng)
		if at % 500 == 0:
			spilled(mmcat, folder, rng)
		if len(expectations.failures) > 10:
			break
	print("%d runs, %d failures" % (runs, len(expectations.failures)))
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
