"""coverage.py - prints which lines and branches the tests have run, from gcov's files

	coverage.py [--uncovered] [--build=FOLDER]

Reads the files of `make coverage` in FOLDER, prints a table by file and, with --uncovered, each line
that never ran or whose branches did not all run. Lines that tests/coverage/exempt.txt excuses, with a
reason, are not counted. Exit status 1: a target was missed, an excuse matches no line, or FOLDER has
no .gcno files.

SPDX-License-Identifier: MIT
"""
import argparse
import collections
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The least coverage of (lines, branches) in per cent; None: no target.
TARGETS = {"src": (98.0, 95.0), "include": (98.0, 95.0), "tools": (92.0, None)}


class Line:
	"""How often a line ran, and how often each of its branches was taken."""

	def __init__(self):
		self.count = 0
		self.branches = []

	def add(self, count, branches):
		"""Adds the counts of one object file. A line of a header is in several
		objects; their counts are added up."""
		self.count += count
		if len(branches) > len(self.branches):
			self.branches += [0] * (len(branches) - len(self.branches))
		for i, taken in enumerate(branches):
			self.branches[i] += taken


def read_notes(build):
	"""Returns: {file under ROOT: {number: Line}} of all objects that were compiled in a folder."""
	files = collections.defaultdict(lambda: collections.defaultdict(Line))
	notes = []
	for folder, _, names in os.walk(os.path.abspath(build)):
		notes += [os.path.join(folder, name) for name in names if name.endswith(".gcno")]
	if not notes:
		sys.exit("coverage.py: %s: no .gcno files found; run make coverage first" % build)
	with tempfile.TemporaryDirectory() as scratch:
		for note in notes:
			# Leaves out the programs that configure compiled.
			if "conftest" in note:
				continue
			subprocess.run(["gcov", "--json-format", "--branch-probabilities", note],
				cwd=scratch, check=True, stdout=subprocess.DEVNULL,
				stderr=subprocess.DEVNULL)
			for name in os.listdir(scratch):
				path = os.path.join(scratch, name)
				with gzip.open(path) as stream:
					add_report(files, json.load(stream))
				os.unlink(path)
	return files


def add_report(files, report):
	folder = report["current_working_directory"]
	for file in report["files"]:
		path = os.path.relpath(os.path.normpath(os.path.join(folder, file["file"])), ROOT)
		if path.split(os.sep)[0] not in TARGETS:
			continue
		for line in file["lines"]:
			files[path][line["line_number"]].add(
				line["count"], [branch["count"] for branch in line["branches"]])


class Excuse:
	"""One line of tests/coverage/exempt.txt: FILE | regular expression | REASON.

	Excuses each line that matches and the lines after it, up to the first that is not indented deeper.
	"""

	def __init__(self, text):
		self.path, pattern, self.reason = [part.strip() for part in text.split(" | ", 2)]
		self.pattern = re.compile(pattern)
		self.n_lines = 0

	def lines(self, source):
		excused = set()
		for i, line in enumerate(source):
			if not self.pattern.search(line):
				continue
			excused.add(i + 1)
			for k in range(i + 1, len(source)):
				if indent(source[k]) <= indent(line) and source[k].strip() not in ("", "{"):
					break
				excused.add(k + 1)
		return excused


def indent(line):
	return len(line) - len(line.lstrip("\t"))


def read_excuses():
	with open(os.path.join(ROOT, "tests/coverage/exempt.txt")) as stream:
		return [Excuse(line) for line in stream if line.strip() and not line.startswith("#")]


class Sum:
	def __init__(self):
		self.lines = self.lines_run = self.branches = self.branches_taken = 0

	def add(self, other):
		self.lines += other.lines
		self.lines_run += other.lines_run
		self.branches += other.branches
		self.branches_taken += other.branches_taken

	def add_line(self, line):
		self.lines += 1
		self.lines_run += line.count > 0
		self.branches += len(line.branches)
		self.branches_taken += sum(taken > 0 for taken in line.branches)

	def rates(self):
		return [100.0 * part / whole if whole else 100.0
				for part, whole in ((self.lines_run, self.lines),
									(self.branches_taken, self.branches))]

	def row(self, name):
		lines, branches = self.rates()
		return "%-32s %5d/%-5d %6.2f %% %6d/%-5d %6.2f %%" % (
			name, self.lines_run, self.lines, lines, self.branches_taken, self.branches, branches)


def main():
	parser = argparse.ArgumentParser()
	parser.add_argument("--build", default=".")
	parser.add_argument("--uncovered", action="store_true")
	options = parser.parse_args()
	files = read_notes(options.build)
	excuses = read_excuses()
	sums = {top: Sum() for top in TARGETS}
	print("%-32s %11s %8s %14s" % ("", "lines", "", "branches"))
	gaps = []
	for path in sorted(files):
		with open(os.path.join(ROOT, path)) as stream:
			source = stream.read().splitlines()
		excused = set()
		for excuse in excuses:
			if excuse.path == path:
				found = excuse.lines(source)
				excuse.n_lines += len(found)
				excused |= found
		total = Sum()
		for number, line in sorted(files[path].items()):
			if number in excused:
				continue
			total.add_line(line)
			if line.count == 0 or 0 in line.branches:
				gaps.append("%s:%d: %s %s" % (
					path, number,
					"never" if line.count == 0 else "%d/%d" % (
						sum(taken > 0 for taken in line.branches), len(line.branches)),
					source[number - 1].strip() if number <= len(source) else "?"))
		sums[path.split(os.sep)[0]].add(total)
		print(total.row(path))
	if options.uncovered:
		print("\nlines that never ran, or whose branches did not all run:")
		print("\n".join(gaps))
	print("\nnot counted:")
	for excuse in excuses:
		print("  %s: %d lines: %s" % (excuse.path, excuse.n_lines, excuse.reason))
	print()
	good = True
	for top, wanted in TARGETS.items():
		print(sums[top].row(top + "/"), end="")
		for rate, least in zip(sums[top].rates(), wanted):
			if least is not None and rate < least:
				print("  below %.0f %%" % least, end="")
				good = False
		print()
	for excuse in excuses:
		if excuse.n_lines == 0:
			print("tests/coverage/exempt.txt: this excuse matches no line: %s | %s" % (excuse.path,
																 excuse.pattern.pattern))
			good = False
	sys.exit(0 if good else 1)


if __name__ == "__main__":
	main()
