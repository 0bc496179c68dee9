#!/usr/bin/env python3
"""where.py - --where compares all kinds of numbers as Python does, and counts what it cannot compare

	where.py MMCAT FOLDER

Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import math
import os
import struct
import subprocess
import sys

import expectations
from expectations import expect
from where_oracle import OPERATORS, number_of

# Texts of numbers that are near one another, or at the end of a range.
LITERALS = ["0", "-0", "+7", "007", "0.5", "-0.5", "1e0", "1", "1.0000000000000002", "255", "256", "65504", "-1", "-128",
	"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740992.0", "-9007199254740993", "-9007199254740992.0",
	"9223372036854775807", "9223372036854775808", "9.223372036854775807e18", "-9223372036854775808", "-9223372036854775809",
	"18446744073709551615", "18446744073709551616", "1.8446744073709552e19", "1e300", "-1e300", "5e-324", "0.1", "inf", "-inf", "nan"]
# Texts that are none, or that Python and mmcat read differently as numbers.
OTHERS = ["", "x", "1x", "--1", "1 2", "0x10", "1e", ".", "e5", "'1'"]

TYPES = {"i64": "<q", "u64": "<Q", "f64be": ">d", "f32": "<f", "u8": "<B", "i16be": ">h"}


def values_of(code):
	"""The numbers of the literals that a type can have, or is near to."""
	found = []
	for text in LITERALS:
		number = number_of(text)
		if code[1] in "df":
			try:
				found.append(struct.unpack(code, struct.pack(code, number))[0])
			except OverflowError:
				continue
		elif math.isfinite(number):
			for near in (int(number) - 1, int(number), int(number) + 1):
				try:
					struct.pack(code, near)
				except struct.error:
					continue
				found.append(near)
	return found


def run(*args):
	done = subprocess.run(args, capture_output=True, timeout=60)
	return done.returncode, done.stdout.decode(), done.stderr.decode()


def compare_records(mmcat, path):
	for name, code in TYPES.items():
		values = values_of(code)
		with open(path, "wb") as file:
			for i, value in enumerate(values):
				file.write(struct.pack("<I", i) + struct.pack(code, value))
		for literal in LITERALS:
			for op, holds in OPERATORS.items():
				wanted = [i for i, value in enumerate(values) if holds(value, number_of(literal))]
				status, out, err = run(mmcat, "-t", "u32," + name, "--where=2%s%s" % (op, literal), path)
				got = [int(line.split("\t")[0]) for line in out.splitlines()]
				expect("%s %s %s of %r" % (name, op, literal, values), (status, got, err), (0 if wanted else 1, wanted, ""))


def compare_lines(mmcat, path):
	texts = LITERALS + [" %s " % text for text in LITERALS[:9]] + OTHERS
	with open(path, "w") as file:
		file.writelines("%d,%s\n" % (i, text) for i, text in enumerate(texts))
	bad = [i for i, text in enumerate(texts) if text.strip() in OTHERS]
	off = sum(len("%d,%s\n" % (i, text)) for i, text in enumerate(texts[:bad[0]]))
	message = "mmcat: %s: cannot find a number of --where in %d rows, the first at byte %d\n" % (path, len(bad), off)
	for literal in LITERALS:
		for op, holds in OPERATORS.items():
			wanted = [i for i, text in enumerate(texts) if i not in bad and holds(number_of(text), number_of(literal))]
			status, out, err = run(mmcat, "--csv", "-F1", "--where=2%s%s" % (op, literal), path)
			expect("lines %s %s" % (op, literal), (status, [int(line) for line in out.splitlines()], err), (2, wanted, message))


class Large:
	"""A table of many blocks with rows that lack a field, and values that are no numbers."""

	def __init__(self, path):
		self.path = path
		self.rows = [["%d" % i] if i % 1000 == 7 else ["%d" % i, "x" if i % 1000 == 5 else "%d" % (i % 7)]
			for i in range(200000)]
		self.offs, at = [], 0
		with open(path, "w") as file:
			for row in self.rows:
				line = ",".join(row) + "\n"
				self.offs.append(at)
				at += len(line)
				file.write(line)

	def messages(self, seen, name):
		out = ""
		for what, is_bad in (("field", lambda row: len(row) < 2), ("number", lambda row: len(row) == 2 and row[1] == "x")):
			bad = [at for at in seen if is_bad(self.rows[at])]
			if bad:
				out += "mmcat: %s: cannot find a %s of --where in %d rows, the first at byte %d\n" % (
					name, what, len(bad), self.offs[min(bad)])
		return out

	def check(self, mmcat, how, reverse, invert, most):
		order = range(len(self.rows))[::-1] if reverse else range(len(self.rows))
		found = [at for at in order if (len(self.rows[at]) == 2 and self.rows[at][1] == "0") != invert]
		seen = list(order)
		if most is not None:
			found = found[:most]
			seen = seen[:seen.index(found[-1]) + 1]
		args = [mmcat, "--csv", "-F1", "--where=2==0", *how] + ["-r"] * reverse + ["-v"] * invert + \
			["-m%s" % most] * (most is not None)
		wanted = "".join(self.rows[at][0] + "\n" for at in found)
		expect("%r" % args[1:], run(*args, self.path), (2, wanted, self.messages(seen, self.path)))
		expect("%r of a pipe" % args[1:], run("sh", "-c", 'cat "$0" | "$@"', self.path, *args),
			(2, wanted, self.messages(seen, "standard input")))
		expect("%r -c" % args[1:], run(*args, "-c", self.path), (2, "%d\n" % len(found), self.messages(seen, self.path)))

	def check_in_search(self, mmcat):
		"""Rows without a match are not tested."""
		seen = [at for at, row in enumerate(self.rows) if "55" in ",".join(row)]
		wanted = "".join(",".join(self.rows[at]) + "\n" for at in seen if self.rows[at][1:] > ["2"] and self.rows[at][1] != "x")
		for how in (["-j1"], ["-j3"]):
			expect("a search", run(mmcat, "--csv", "-e55", "--where=2>2", *how, self.path),
				(2, wanted, self.messages(seen, self.path)))


def main():
	mmcat, folder = sys.argv[1:3]
	path = os.path.join(folder, "numbers")
	compare_records(mmcat, path)
	compare_lines(mmcat, path)
	large = Large(os.path.join(folder, "large"))
	for how in (["-j1"], ["-j3"], ["--no-mmap"]):
		for reverse in (False, True):
			for invert in (False, True):
				for most in (None, 2500):
					large.check(mmcat, how, reverse, invert, most)
	large.check_in_search(mmcat)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
