"""programs.py - runs a program of doc/examples in one of its languages, and compares with simple code

	programs.py PROGRAM FOLDER WORD...

WORD... is the start of the command, such as the path of the program, or the interpreter and the path.
The files that are read are made in FOLDER, from a fixed seed.

SPDX-License-Identifier: MIT
"""

import collections
import csv
import io
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time


class Case:
	"""A program, and the files that are made for it."""

	def __init__(self, folder, command):
		self.folder, self.command = folder, command
		self.random = random.Random(16)

	def file(self, name, data):
		path = os.path.join(self.folder, name)
		with open(path, "wb") as file:
			file.write(data)
		return path

	def run(self, *args, data=b""):
		return subprocess.run([*self.command, *args], input=data, capture_output=True, timeout=60,
			check=False)

	def expect(self, wanted, *args, data=b""):
		done = self.run(*args, data=data)
		if done.returncode != 0 or done.stdout != wanted:
			sys.exit("%s: status %d, %s\n%r\nnot\n%r" % (args, done.returncode, done.stderr.decode(),
				done.stdout[:300], wanted[:300]))

	def refuse(self, word, *args):
		"""A message with the word, no output, and a status that is neither 0 nor that of a signal."""
		done = self.run(*args)
		if done.returncode not in (1, 2) or done.stdout or word not in done.stderr.decode():
			sys.exit("%s: status %d, %r, %r" % (args, done.returncode, done.stdout[:300], done.stderr))


def per_hour(case):
	lines, hours = [], collections.Counter()
	for n in range(50000):
		hour = b"2024-05-%02d %02d" % (n // 20000 + 1, case.random.randrange(24))
		level = case.random.choice([b"ERROR", b"INFO"])
		lines.append(b"%s:30:00 %s text" % (hour, level))
		hours[hour] += level == b"ERROR"
	wanted = b"".join(b"%d\t%s\n" % (hours[hour], hour) for hour in sorted(hours))
	case.expect(wanted, "ERROR", case.file("log", b"\n".join(lines)))
	case.expect(b"", "ERROR", case.file("empty", b""))
	case.refuse("No such file", "ERROR", case.folder + "/none")
	case.refuse("usage")


def merge(case):
	files, every = [], []
	for n in range(7):
		lines = sorted(b"%d" % case.random.randrange(5000) for _ in range(3000 * (n != 3)))
		every += lines
		# One file has no line end after its last line.
		files.append(case.file("part%d" % n, b"\n".join(lines) + b"\n" * (n != 5 and lines != [])))
	case.expect(b"".join(line + b"\n" for line in sorted(every)), *files)
	case.expect(b"", case.file("empty", b""))
	case.expect(b"")
	case.refuse("No such file", files[0], case.folder + "/none")


def column_sum(case):
	text = io.StringIO()
	rows = [["name", "price"], *([case.random.choice(["plain", 'a "q", b', "two\nlines"]), i / 4]
		for i in range(20000)), ["short"]]
	csv.writer(text).writerows(rows)
	wanted = b"sum %.2f, 2 other cells\n" % sum(i / 4 for i in range(20000))
	table = case.file("table", text.getvalue().encode() + b"x,y\n")
	case.expect(wanted, "1", table)
	case.expect(wanted, "1", "/dev/stdin", data=text.getvalue().encode() + b"x,y\n")
	case.expect(b"sum 0.00, 0 other cells\n", "7", table)
	case.refuse("usage", "x", table)
	# Text after the separator opens no quote; this one is not closed.
	case.refuse("", "1", case.file("open", b'a,1\nb,"2\n'))


def line_server(case):
	lines = [b"line %d" % n * case.random.randrange(1, 9) for n in range(20000)]
	path = case.file("lines", b"\n".join(lines))
	numbers = [1, 20000, 20001, 0, *(case.random.randrange(1, 20001) for _ in range(500))]
	wanted = b"".join((lines[n - 1] if 1 <= n <= 20000 else b"") + b"\n" for n in numbers)
	case.expect(wanted, path, data=b"\n".join(b"%d" % n for n in numbers) + b"\n")
	case.expect(b"\n", case.file("empty", b""), data=b"1\n")
	case.refuse("No such file", case.folder + "/none")


def histogram(case):
	values = [case.random.gauss(100, 40) for _ in range(30000)] + [float("nan"), 200.0, 0.0]
	data = b"".join(struct.pack("<Id", n, value) for n, value in enumerate(values))
	bins = [0] * 21
	for value in values:
		bins[min(int(value / 10), 19) if 0 <= value < 200 else 20] += 1
	wanted = b"".join(b"%g\t%d\n" % (n * 10, bins[n]) for n in range(20)) + b"others\t%d\n" % bins[20]
	layout, path = "id:u32le,price:f64le", case.file("records", data)
	case.expect(wanted, layout, "price", "0", "200", path)
	case.refuse("name", layout, "name", "0", "200", path)
	case.refuse("left over", layout, "price", "0", "200", case.file("half", data[:-4]))
	case.refuse("", layout, "price", "5", "x", path)


def follow(case):
	"""Lines are appended in pieces, and the log is rotated and truncated."""
	log = case.file("log", b"ERROR 1\nINFO 2\nERR")
	got = open(os.path.join(case.folder, "got"), "w+b")
	# A background job of a shell ignores SIGINT.
	signal.signal(signal.SIGINT, signal.default_int_handler)
	process = subprocess.Popen([*case.command, "ERROR", log], stdout=got, stderr=subprocess.DEVNULL)

	def append(data):
		with open(log, "ab") as file:
			file.write(data)

	def wait_for(line):
		line = os.fsencode(log) + b": " + line + b"\n"
		for _ in range(1000):
			got.seek(0)
			text = got.read()
			if line in text:
				return
			time.sleep(0.02)
		process.kill()
		sys.exit("no line %r in %r" % (line, text))

	wait_for(b"ERROR 1")
	append(b"OR 3\nnone\nERROR 4")
	wait_for(b"ERROR 3")
	os.rename(log, log + ".old")
	with open(log + ".old", "ab") as file:
		file.write(b" and more")
	append(b"ERROR 5\n")
	wait_for(b"ERROR 5")
	case.file("log", b"ERROR 6\n")
	# The truncation may be seen only now: the file has the length of before.
	append(b"ERROR 7\n")
	wait_for(b"ERROR 7")
	process.send_signal(signal.SIGINT)
	if process.wait(20) != 0:
		sys.exit("status %d" % process.returncode)
	got.seek(0)
	lines = re.findall(rb": (.*)\n", got.read())
	if lines[:4] != [b"ERROR 1", b"ERROR 3", b"ERROR 4 and more", b"ERROR 5"]:
		sys.exit("%r" % lines)
	case.refuse("usage", "ERROR")


def main():
	program, folder, *command = sys.argv[1:]
	globals()[program](Case(folder, command))


if __name__ == "__main__":
	main()
