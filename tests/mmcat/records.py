#!/usr/bin/env python3
"""records.py - random selections and searches of records and rows print what a model in Python does

	records.py MMCAT FOLDER

The model cuts records with `re`, one line after the other, and rows with the reader of module csv. Inputs
are files, pipes, and two files.

SPDX-License-Identifier: MIT
"""

import csv
import itertools
import json
import os
import random
import re
import subprocess
import sys

import expectations
from expectations import check, expect

# What begins a record; None for paragraphs.
KINDS = {"": None, "a": rb"a", "^b": rb"b", "[ab]\\.": rb"[ab]\.", "b*$": rb"b*$"}
# The separators of rows.
ROWS = {"--csv": ",", "--csv --separator=;": ";", "--csv --separator=\\t": "\t"}
TEXTS = {"b": b"b", "a\\nb": b"a\nb", "\\n": b"\n", "": b"", "..": b".."}
PATTERNS = ["a\\nb", "^b", "a$", "a.b", "(?s)a.b", "[^b]b", "^$", "\\n\\n"]


# --- The model ---------------------------------------------------------------------------------------


def cut(data, kind):
	"""The records of a range."""
	if kind in ROWS:
		return cut_rows(data, ROWS[kind])
	starts, at, after_empty = [], 0, False
	for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
		text = line.rstrip(b"\n")
		begins = text and after_empty if KINDS[kind] is None else re.match(KINDS[kind], text)
		if at == 0 or begins:
			starts.append(at)
		after_empty = not text
		at += len(line)
	return [data[start:stop] for start, stop in itertools.pairwise([*starts, len(data)])] if data else []


def cut_rows(data, separator):
	"""The lines that the reader takes for each row. It is not strict, as mmcat is not."""
	lines = data.decode("latin-1").splitlines(keepends=True)
	reader = csv.reader(iter(lines), delimiter=separator)
	rows, at = [], 0
	for _ in reader:
		rows.append("".join(lines[at:reader.line_num]).encode("latin-1"))
		at = reader.line_num
	return rows


def is_open(records, kind):
	"""Whether the last row has a quote that is not closed: then a line end does not end it."""
	return kind in ROWS and bool(records) and \
		len(cut_rows(records[-1].rstrip(b"\r\n") + b"\n\n", ROWS[kind])) == 1


def shard(records, size, k, n):
	"""The records of shard K of N: those whose first byte is in its share."""
	def edge(i):
		return size // n * i + min(i, size % n)
	starts = itertools.accumulate(map(len, records), initial=0)
	return [one for start, one in zip(starts, records) if edge(k - 1) <= start < edge(k)]


class Selection:
	"""The records of a selection, with the number and the offset of the first one."""

	def __init__(self, rng, data, kind, is_pipe):
		records = cut(data, kind)
		self.words, self.records, self.number, self.offset = [], records, 0, 0
		choice = rng.randrange(5)
		if choice == 0 and not is_pipe:
			n = rng.randint(1, 4)
			k = rng.randint(1, n)
			self.words = ["-s", "%d/%d" % (k, n)]
			self.records = shard(records, len(data), k, n)
			if self.records:
				self.place(records, self.records)
		elif choice == 1:
			first, last = sorted(rng.randrange(-3, len(records) + 2) for _ in range(2))
			self.words = ["--lines=%d:%d" % (first, last)]
			self.records = records[first:last]
			self.number = slice(first, last).indices(len(records))[0]
			self.offset = sum(map(len, records[:self.number]))
		elif choice == 2:
			start, stop = sorted(rng.randrange(len(data) + 1) for _ in range(2))
			self.words = ["-b", "%d:%d" % (start, stop)]
			self.records = cut(data[start:stop], kind)
			self.offset = start
			starts = itertools.accumulate(map(len, records[:-1]))
			self.number = sum(1 for one in starts if one <= start)

	def place(self, records, part):
		for i in range(len(records)):
			if records[i] is part[0]:
				self.number = i
		self.offset = sum(map(len, records[:self.number]))


def subject(record):
	return record[:-1] if record.endswith(b"\n") else record


def ended(record):
	return record if record.endswith(b"\n") else record + b"\n"


def matches_in(record, search):
	"""The offsets and the texts of the matches that are not empty."""
	return [(m.start(), m.group()) for m in search.finditer(subject(record)) if m.group()]


def prefix(how, name, sign, number, offset):
	parts = [name] if how["names"] else []
	parts += [b"%d" % (number + 1)] if how["-n"] else []
	parts += [b"%d" % offset] if how["-O"] else []
	return b"".join(part + sign for part in parts)


def search_output(chosen, search, how, name):
	"""The output of a search in a selection, and how many records were found."""
	records = chosen.records
	offsets = list(itertools.accumulate(map(len, records), initial=chosen.offset))
	found = [bool(search.search(subject(one))) != how["-v"] for one in records]
	order = range(len(records))
	hits = [i for i in (reversed(order) if how["-r"] else order) if found[i]][:how["-m"]]
	if how["-c"]:
		n = sum(len(matches_in(records[i], search)) for i in hits) if how["-o"] else len(hits)
		return (name + b":" if how["names"] else b"") + b"%d\n" % n, len(hits)
	out, last = b"", None
	shown = hits
	if how["-C"]:
		shown = [i for i in order if any(abs(i - hit) <= how["-C"] for hit in hits)]
	for i in shown:
		if how["-o"]:
			for at, text in matches_in(records[i], search):
				start = prefix(how, name, b":", chosen.number + i, offsets[i] + at)
				out += start + text + b"\n"
			continue
		if how["-C"] and last is not None and last + 1 != i:
			out += b"--\n"
		sign = b":" if i in hits else b"-"
		out += prefix(how, name, sign, chosen.number + i, offsets[i]) + ended(records[i])
		last = i
	return out, len(hits)


def plain_output(chosen, how):
	records = chosen.records
	if how["-c"]:
		return b"%d\n" % len(records[:how["-m"]])
	if how["-r"]:
		return b"".join(map(ended, list(reversed(records))[:how["-m"]]))
	return b"".join(records[:how["-m"]])


# --- Runs --------------------------------------------------------------------------------------------


def make_data(rng, large, kind):
	if kind in ROWS:
		return make_table(rng, large, ROWS[kind])
	alphabet = rng.choice([b"ab\n", b"ab.\n\n", b"a\n\n\n", b"b\n", b"ab" + b"." * 20 + b"\n"])
	length = rng.randrange(300000) if large else rng.randrange(rng.choice([5, 40, 200]))
	return bytes(rng.choice(alphabet) for _ in range(length))


def make_table(rng, large, separator):
	"""Most tables are regular: cells with quotes where they must be. Others have quotes anywhere."""
	cells = ["a", "b", "", "5\" b", '"a"', '"b\na"', '""', '"a""b"', '"%s\n"' % separator, '"a\r\n\r\nb"']
	if rng.random() < 0.3:
		cells += ['"', 'a"', '"a"b', '""b"']
	out, length = [], rng.randrange(200000 if large else rng.choice([2, 20, 100]))
	while len(out) < length:
		out += [rng.choice(cells), rng.choice([separator, separator, "\n", "\r\n"])]
	return "".join(out).encode()


def run(args, data=None):
	"""Runs mmcat, with data from a pipe unless it is None."""
	source = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
	return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **source)


def options_of(rng, is_search):
	how = dict.fromkeys(["-r", "-c", "-v", "-n", "-O", "-o", "names"], False)
	how.update({"-m": None, "-C": 0})
	how["-r"] = rng.random() < 0.3
	how["-c"] = rng.random() < 0.2
	if rng.random() < 0.3:
		how["-m"] = rng.randrange(6)
	if not is_search:
		how["-c"] &= not how["-r"]
		return how
	how["-n"], how["-O"] = rng.random() < 0.5, rng.random() < 0.3
	how["-o"] = rng.random() < 0.25
	how["-v"] = rng.random() < 0.25 and not how["-o"]
	if not (how["-r"] or how["-c"] or how["-o"]) and rng.random() < 0.4:
		how["-C"] = rng.randint(1, 3)
	return how


def words_of(how):
	words = [name for name in ["-r", "-c", "-v", "-n", "-O", "-o"] if how[name]]
	words += ["-m", str(how["-m"])] if how["-m"] is not None else []
	return words + (["-C", str(how["-C"])] if how["-C"] else [])


def words_of_kind(kind):
	return kind.split() if kind in ROWS else ["-R", kind]


def one_run(mmcat, path, rng, data, kind):
	is_pipe = rng.random() < 0.4
	chosen = Selection(rng, data, kind, is_pipe)
	search, words = None, words_of_kind(kind)
	if rng.random() < 0.7:
		if rng.random() < 0.5 or not PATTERNS:
			text = rng.choice(list(TEXTS))
			words += ["-e", text]
			search = re.compile(re.escape(TEXTS[text]))
		else:
			pattern = rng.choice(PATTERNS)
			words += ["-E", pattern]
			search = re.compile(pattern.encode(), re.MULTILINE)
	how = options_of(rng, search is not None)
	two = not is_pipe and search is not None and not how["-C"] and rng.random() < 0.2
	how["names"] = two
	words += words_of(how) + chosen.words + ["-j", rng.choice(["1", "3"])]
	if rng.random() < 0.3:
		words.append("--no-mmap")
	name, status = path.encode(), 0
	if search:
		out, found = search_output(chosen, search, how, name)
		status = 0 if found else 1
	else:
		out = plain_output(chosen, how)
	got = run([mmcat, *words, *([] if is_pipe else [path] * (2 if two else 1))],
		data if is_pipe else None)
	what = "mmcat %r of %r" % (words + [is_pipe], data[:120])
	if is_open(chosen.records, kind):
		expect_open(what, got, status, out * (2 if two else 1), how["-m"] is None and
			(search is not None or how["-r"] or how["-c"]))
		return
	expect(what, (got.returncode, got.stdout), (status, out * (2 if two else 1)))
	check(what, got.stderr == b"", got.stderr)


def expect_open(what, got, status, out, must_report):
	"""Everything is printed, then the quote is reported, unless the rows are not looked at."""
	expect(what, got.stdout, out)
	reports = got.returncode == 2 and b"a quote is never closed\n" in got.stderr
	check(what, reports or not must_report and (got.returncode, got.stderr) == (status, b""), got.returncode,
		got.stderr)


def check_shards(mmcat, path, data):
	"""Shards together are the file, with a record of several lines across their ends."""
	for kind in [*KINDS, *ROWS]:
		for n in 2, 3, 7:
			parts = [run([mmcat, *words_of_kind(kind), "-s", "%d/%d" % (k, n), path]).stdout
				for k in range(1, n + 1)]
			expect("%d shards of records %r" % (n, kind), b"".join(parts), data)


def check_awk(mmcat, path, rng):
	"""Paragraphs are those of awk, unless empty lines are first."""
	for _ in range(20):
		data = make_data(rng, False, "").lstrip(b"\n")
		if not data:
			continue
		with open(path, "wb") as file:
			file.write(data)
		program = ["awk", "-v", "RS=", "-v", "ORS=\n--\n"]
		paragraphs = run([*program, "1", path]).stdout.split(b"\n--\n")[:-1]
		count = run([mmcat, "-R", "", "-c", path]).stdout
		expect("awk's paragraphs of %r" % data, count, b"%d\n" % len(paragraphs))
		for i, paragraph in enumerate(paragraphs[:3]):
			got = run([mmcat, "-R", "", "-l", str(i), path]).stdout
			expect("paragraph %d of %r" % (i, data), got.rstrip(b"\n"), paragraph)


def check_json(mmcat, path):
	data = b"a\nb\na\n.\nb\na\n"
	with open(path, "wb") as file:
		file.write(data)
	got = run([mmcat, "-R", "a", "--json", "-e", "\\nb", path]).stdout.splitlines()
	found = [json.loads(line)["data"] for line in got if json.loads(line)["type"] == "match"]
	expect("JSON of records", [(one["lines"]["text"], one["line_number"], one["absolute_offset"],
		one["submatches"][0]["start"]) for one in found], [("a\nb\n", 1, 0, 1), ("a\n.\nb\n", 2, 4, 3)])
	got = json.loads(run([mmcat, "-R", "a", "--json", "-c", path]).stdout)
	expect("JSON of a count", got, {"file": path, "records": 3})
	got = run([mmcat, "-R", "a", "--offsets", "-n", "-e", "b", path]).stdout
	expect("offsets with the numbers of records", got, b"1:2\n2:8\n")


def main():
	mmcat, folder = sys.argv[1:]
	rng = random.Random(17)
	if run([mmcat, "-E", "x", "/dev/null"]).returncode == 2:
		print("skipped: expressions, which this build does not search for")
		del KINDS["[ab]\\."], KINDS["b*$"], PATTERNS[:]
	path = os.path.join(folder, "records")
	csv.field_size_limit(1 << 30)
	for i in range(1200):
		kind = rng.choice(list(KINDS if i % 5 < 3 else ROWS))
		data = make_data(rng, i % 50 == 0 or i % 50 == 4, kind)
		with open(path, "wb") as file:
			file.write(data)
		one_run(mmcat, path, rng, data, kind)
		if i % 50 == 1:
			check_shards(mmcat, path, data)
	check_awk(mmcat, path, rng)
	check_json(mmcat, path)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
