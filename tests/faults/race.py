#!/usr/bin/env python3
"""race.py - a file is cut and grows back while mmcat runs on it

	race.py MMCAT FOLDER [ROUNDS]

Each action runs so many times; each run must exit, and must never be killed by a signal. Prints the
counts of results; exit 1 if one is wrong.

SPDX-License-Identifier: MIT
"""

import collections
import os
import random
import re
import signal
import subprocess
import sys
import time

# 16 bytes, so that records and lines start together. No NUL: output with a NUL is wrong.
LINE = b"a,71,needle,b9\r\n"
# More than 4 MiB, so that the file can have an index.
CONTENT = LINE * (5 << 16)
SIZES = [0, 1, 4096, 655360, 656594, len(CONTENT) // 2, len(CONTENT) - 1]

# The first file of --compare has the same content and does not change.
COPY = "COPY"

ACTIONS = [
	["-r"],
	["-c"],
	["-l", "100000:"],
	["-l", "-150000:-3"],
	["-e", "needle"],
	["-v", "-e", "nothing"],
	["-n", "-C2", "-e", "needle"],
	["-r", "-e", "needle"],
	["--offsets", "-e", "needle"],
	["-c", "-e", "needle"],
	["-x"],
	["-E", "n(e+)dle"],
	["-c", "-E", "need"],
	["-t", "u16le,14s"],
	["-i"],
	["-s", "2/3"],
	["-b", "1000000:"],
	["--no-mmap", "-c"],
	["--no-mmap", "-r"],
	["--cache=leave", "-c"],
	["--cache=leave", "-r"],
	["--cache=leave", "-n", "-e", "needle"],
	["--cache=leave"],
	["--index", "-c"],
	["--index", "-l", "100000:"],
	["--index", "-n", "-e", "needle"],
	["-c", "-l", "5:"],
	["-l", "-150000:-3"],
	["-i"],
	["--no-index"],
	["--compare", COPY],
	["--compare", "-j3", COPY],
	["--compare", "--no-mmap", COPY],
	[],
]
# Actions that move data from the file to the pipe without a copy.
SPLICED = [[], ["--no-index"], ["--index", "-l", "100000:"], ["-b", "1000000:"], ["-s", "2/3"], ["-l", "100000:"], ["-l", "-150000:-3"],
	["-e", "needle"], ["-v", "-e", "nothing"], ["-E", "n(e+)dle"]]


def flicker(path):
	"""Cuts the file and writes it back, forever."""
	rng = random.Random(1)
	file = os.open(path, os.O_WRONLY)
	while True:
		size = rng.choice(SIZES + [rng.randrange(len(CONTENT))])
		os.truncate(path, size)
		time.sleep(rng.random() / 3000)
		os.pwrite(file, CONTENT[size:], size)
		time.sleep(rng.random() / 200)


def judge(args, path, status, out, err):
	"""A word for the result; wrong results start with a capital."""
	if status < 0:
		return "KILLED by " + signal.Signals(-status).name
	if status == 0 and err:
		return "STATUS 0, and yet: " + err
	if status == 2 and not re.match(r"mmcat: %s: " % re.escape(path), err):
		return "MESSAGE " + repr(err)
	if status == 2:
		return "cut" if "truncated" in err else err.split(": ", 2)[2].strip()
	if b"differ: " in out and "--compare" in args:
		return "DIFFERENT"
	if status == 1 and not ("-e" in args or "-E" in args or "--compare" in args):
		return "STATUS 1"
	if status not in (0, 1):
		return "STATUS %d" % status
	# Pages in a pipe are those of the file, so a cut affects them, too: see doc/safety.md.
	if b"\0" in out:
		return "done, with zeroes in the pipe" if args in SPLICED else "ZEROES"
	return "done"


def run(program, path, args):
	words = [path + ".copy" if word == COPY else word for word in args]
	done = subprocess.run([program] + words + [path], stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
	err = done.stderr.decode(errors="replace")
	return judge(args, path, done.returncode, done.stdout, err)


def race(program, path, n_rounds):
	n_wrong = 0
	for args in ACTIONS:
		seen = collections.Counter(run(program, path, args) for _ in range(n_rounds))
		# A file that is opened while it is cut may end within a record, or be empty.
		for what in [what for what in seen if "byte" in what]:
			seen["other errors"] += seen.pop(what)
		words = ", ".join("%d %s" % (n, what) for what, n in sorted(seen.items()))
		print("mmcat %-22s %s" % (" ".join(args), words))
		n_wrong += sum(n for what, n in seen.items() if what[0].isupper())
	return n_wrong


def main():
	path = os.path.join(sys.argv[2], "flickering")
	with open(path, "wb") as file:
		file.write(CONTENT)
	with open(path + ".copy", "wb") as file:
		file.write(CONTENT)
	child = os.fork()
	if child == 0:
		flicker(path)
	try:
		n_wrong = race(sys.argv[1], path, int(sys.argv[3]) if len(sys.argv) > 3 else 30)
		# If the process that cuts the file has died, there was no race.
		if os.waitpid(child, os.WNOHANG) != (0, 0):
			print("the file stopped changing")
			n_wrong += 1
	finally:
		os.kill(child, signal.SIGKILL)
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
