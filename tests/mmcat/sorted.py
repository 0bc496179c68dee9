#!/usr/bin/env python3
"""sorted.py - random selections by key print what a model in Python does

	sorted.py MMCAT FOLDER

The model compares the keys of all lines, one after the other.

SPDX-License-Identifier: MIT
"""

import itertools
import os
import random
import subprocess
import sys

import expectations
from expectations import check, expect


class Form:
	"""How lines are written: with a key, without one, and what --key says about them."""

	def __init__(self, words, key, line, keyless):
		self.words, self.key, self.line, self.keyless = words, key, line, keyless


FORMS = [
	Form([], lambda n: b"2024-%04d" % n, lambda n: b"2024-%04d INFO" % n,
		[b"", b"\tat a.b", b"Caused by: 2024-0000", b"2024-99"]),
	Form(["--key=line"], lambda n: b"%05d" % n, lambda n: b"%05d" % n, []),
	Form(["--key=field=2"], lambda n: b"%05d" % n, lambda n: b" a\t%05d b" % n, [b"", b"one", b" one "]),
	Form(["--key=field=2:;"], lambda n: b"%05d" % n, lambda n: b"a;%05d;b" % n, [b"", b"one", b"one two"]),
	Form(["--key=number=1"], lambda n: b"%d" % n, lambda n: b"%d.0 x" % n, [b"", b"x 1", b"nan"]),
	Form(["--key=number=2:,"], lambda n: b"%de-1" % (10 * n), lambda n: b"a, %d ,b" % n, [b"a", b"1;2"]),
]


def draw(rng, form, delimiter):
	"""A file, and the offset of each key in it."""
	lines, keys, number, at = [], [], rng.randrange(10), 0
	for _ in range(rng.choice([0, 1, 5, 30, 3000])):
		if form.keyless and rng.random() < 0.3:
			line = rng.choice(form.keyless)
		else:
			number += rng.choice([0, 0, 1, 3])
			keys.append((number, at))
			line = form.line(number)
		lines.append(line + delimiter)
		at += len(lines[-1])
	data = b"".join(lines)
	return data[:-1] if data and rng.random() < 0.5 and not data.endswith(2 * delimiter) else data, keys, number


def bound(keys, wanted, size):
	return next((off for number, off in keys if number >= wanted), size)


def lines_of(data, delimiter):
	parts = data.split(delimiter)
	return [part + delimiter for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def action_of(rng, data, start, stop, delimiter):
	"""Words, and what they print of a range."""
	lines = lines_of(data[start:stop], delimiter)
	most = rng.randrange(5)
	ended = [line if line.endswith(delimiter) else line + delimiter for line in lines]
	first = len(lines_of(data[:start], delimiter))
	return rng.choice([
		([], data[start:stop]),
		(["-c"], b"%d\n" % len(lines)),
		(["-m", "%d" % most], b"".join(lines[:most])),
		(["-r"], b"".join(reversed(ended))),
		(["-n", "-e", ""], b"".join(b"%d:%s" % (first + i + 1, line) for i, line in enumerate(ended))),
		(["-O", "-e", "1"], b"".join(b"%d:%s" % (start + off, line) for off, line in
			zip(itertools.accumulate(map(len, lines), initial=0), ended) if b"1" in line)),
	])


def main():
	mmcat, folder = sys.argv[1:3]
	rng = random.Random(15)
	path = os.path.join(folder, "sorted")
	for _ in range(600):
		form = rng.choice(FORMS)
		delimiter = rng.choice([b"\n", b"\n", b"\0"])
		data, keys, last = draw(rng, form, delimiter)
		low, high = sorted(rng.randrange(last + 3) for _ in range(2))
		given = rng.choice(["from", "until", "both"])
		start = bound(keys, low, len(data)) if given != "until" else 0
		stop = bound(keys, high, len(data)) if given != "from" else len(data)
		words = list(form.words)
		words += ["--from=" + form.key(low).decode()] if given != "until" else []
		words += ["--until=" + form.key(high).decode()] if given != "from" else []
		words += ["-d", "\\0"] if delimiter == b"\0" else []
		more, wanted = action_of(rng, data, start, stop, delimiter)
		words += more + rng.choice([[], ["-j1"], ["-j3"], ["--no-mmap"], ["--cache=leave"]])
		with open(path, "wb") as file:
			file.write(data)
		piped = rng.random() < 0.2
		done = subprocess.run([mmcat, *words, *([] if piped else [path])], input=data if piped else b"",
			capture_output=True, timeout=60)
		if data and not keys:
			check("no line has a key", done.returncode == 2 and b"no line has a key" in done.stderr, done)
			continue
		status = 1 if "-e" in words and not wanted else 0
		expect(" ".join(words), (done.returncode, done.stdout, done.stderr), (status, wanted, b""))
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
