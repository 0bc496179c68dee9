#!/usr/bin/env python3
"""race.py - the race that ends mapping tools: a file cut and regrown while mmcat runs on it

	race.py MMCAT FOLDER [ROUNDS]

Each action runs so many times; each run ends with a status of its own, and never of a signal. Prints
what happened; exit 1 when it went wrong.

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

# 16 bytes, so that records and lines begin alike. No NUL: what has one was invented.
LINE = b"a,71,needle,b9\r\n"
CONTENT = LINE * (3 << 16)
SIZES = [0, 1, 4096, 655360, 656594, len(CONTENT) // 2, len(CONTENT) - 1]

ACTIONS = [
	["-r"],
	["-c"],
	["-l", "100000:"],
	["-l", "-150000:-3"],
	["-e", "needle"],
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
	[],
]
# What goes from the file to the pipe without a copy.
SPLICED = [[], ["-b", "1000000:"], ["-s", "2/3"], ["-l", "100000:"], ["-l", "-150000:-3"]]


def flicker(path):
	"""Cuts the file and writes it back, for ever."""
	rng = random.Random(1)
	file = os.open(path, os.O_WRONLY)
	while True:
		size = rng.choice(SIZES + [rng.randrange(len(CONTENT))])
		os.truncate(path, size)
		time.sleep(rng.random() / 3000)
		os.pwrite(file, CONTENT[size:], size)
		time.sleep(rng.random() / 200)


def judge(args, path, status, out, err):
	"""A word for what happened; what is wrong begins with a capital."""
	if status < 0:
		return "DIED of " + signal.Signals(-status).name
	if status == 0 and err:
		return "STATUS 0, and yet: " + err
	if status == 2 and not re.match(r"mmcat: %s: " % re.escape(path), err):
		return "MESSAGE " + repr(err)
	if status == 2:
		return "cut" if "truncated" in err else err.split(": ", 2)[2].strip()
	if status == 1 and not ("-e" in args or "-E" in args):
		return "STATUS 1"
	if status not in (0, 1):
		return "STATUS %d" % status
	# Pages in a pipe are the file's own: doc/safety.md tells of those that are cut there.
	if b"\0" in out:
		return "done, with zeroes in the pipe" if args in SPLICED else "ZEROES"
	return "done"


def run(program, path, args):
	done = subprocess.run([program] + args + [path], stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
	err = done.stderr.decode(errors="replace")
	return judge(args, path, done.returncode, done.stdout, err)


def race(program, path, n_rounds):
	n_wrong = 0
	for args in ACTIONS:
		seen = collections.Counter(run(program, path, args) for _ in range(n_rounds))
		# Opened while it was short, a file may end within a record, or be empty.
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
	child = os.fork()
	if child == 0:
		flicker(path)
	try:
		n_wrong = race(sys.argv[1], path, int(sys.argv[3]) if len(sys.argv) > 3 else 30)
		# A race whose other runner has fallen shows nothing.
		if os.waitpid(child, os.WNOHANG) != (0, 0):
			print("the file stopped changing")
			n_wrong += 1
	finally:
		os.kill(child, signal.SIGKILL)
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
