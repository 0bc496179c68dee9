#!/usr/bin/env python3
"""selections.py - random selections with every action on every kind of input, against Python's slices

	selections.py MMCAT FOLDER [SEED]

The oracle is bytes.split and slicing, the rule of the help text. Files are made in FOLDER. The same
seed makes the same files and the same ranges. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import os
import random
import subprocess
import sys

MIB = 1 << 20
HUGE = [(1 << 63) - 1, 1 << 63, (1 << 64) + 5, 10 ** 30]
UNITS = [("KiB", 1024), ("KB", 1000), ("kB", 1000), ("MB", 10 ** 6), ("TB", 10 ** 12), ("PiB", 1 << 50)]
UNITS_OF_BYTES = UNITS + [("K", 1024), ("k", 1024), ("M", MIB), ("G", 1 << 30), ("E", 1 << 60)]
UNITS_OF_LINES = UNITS + [("K", 1000), ("k", 1000), ("M", 10 ** 6), ("G", 10 ** 9), ("E", 10 ** 18)]
DELIMITERS = [(b"\n", None)] * 4 + [(b"\0", r"\0"), (b";", ";"), (b"\n", r"\n"),
	(b"x", r"\x78"), (b"\xff", r"\xff")]


def make_files(rng):
	def text(n_lines, longest):
		return b"".join(b"x" * rng.randrange(longest) + b"\n" for _ in range(n_lines))

	return {
		"empty": b"",
		"one": b"a",
		"newline": b"\n",
		"nul": b"\0",
		"newlines": b"\n" * 300,
		"crlf": b"one\r\ntwo\r\n\r\nfour\r\n",
		"unterminated": b"first\nsecond\nthird",
		"starts empty": b"\n\na\nb",
		"nuls": bytes(rng.choice(b"\0\0\0\na;") for _ in range(777)),
		"high": bytes(rng.choice(b"\x8a\x0a\x8b\x0b\xff") for _ in range(1000)),
		"page": text(40, 200)[:4096].ljust(4096, b"p"),
		"page and newline": b"q" * 4096 + b"\n",
		"copied": text(300, 100)[:16383],
		"mapped": text(300, 120).ljust(16384, b"m")[:16384],
		"window": text(40000, 120)[:2 * MIB - 1] + b"\n",
		"windows": text(60000, 150) + b"the end",
		"long lines": b"a" * (MIB + 1) + b"\nb\n" + b"c" * (3 * MIB) + b"\n\n" + b"d" * MIB,
		"no line end": b"z" * (2 * MIB + 3),
	}


def lines_of(data, delimiter):
	lines = [line + delimiter for line in data.split(delimiter)]
	lines[-1] = lines[-1][:-1]
	return lines if lines[-1] else lines[:-1]


def spell(rng, number, units):
	"""A number in one of its notations."""
	sign, size = ("-" if number < 0 else ""), abs(number)
	ways = ["%d" % size, "%d" % size, "0x%x" % size, "0X%X" % size, "%03d" % size, "{:_}".format(size)]
	ways += ["%d%s" % (size // factor, unit) for unit, factor in units
		if size and size % factor == 0] * 3
	ways += ["%d.%d%s" % (size // factor, size % factor * 10 // factor, unit) for unit, factor in units
		if 0 < size < 1 << 60 and size * 10 % factor == 0]
	zeros = len(str(size)) - len(str(size).rstrip("0"))
	if size and zeros:
		ways += ["%de%d" % (size // 10 ** zeros, zeros), "%d.%de%d" % (size // 10 ** zeros // 10,
			size // 10 ** zeros % 10, zeros + 1)]
	return sign + rng.choice(ways)


def pick_number(rng, n, negative=True):
	number = rng.choice([0, 1, 2, n - 1, n, n + 1, n // 2, rng.randrange(n + 3),
		rng.randrange(n + 3), rng.choice(UNITS_OF_BYTES)[1], 1500, 4096, rng.choice(HUGE)])
	return -number if negative and rng.random() < 0.4 else max(number, 0)


def pick_addresses(rng, n):
	"""Addresses as in sed for n lines, from 1 on."""
	first, more = max(1, pick_number(rng, n, negative=False)), pick_number(rng, n, negative=False)
	text = spell(rng, first, UNITS_OF_LINES) + ","
	if rng.random() < 0.3:
		return text, slice(first - 1, None)
	if rng.random() < 0.5:
		return text + "+" + spell(rng, more, UNITS_OF_LINES), slice(first - 1, first + more)
	return text + spell(rng, first + more, UNITS_OF_LINES), slice(first - 1, first + more)


def pick_range(rng, n, units):
	"""A range of n items: its text, and the slice."""
	start, stop = pick_number(rng, n), pick_number(rng, n)
	shape = rng.randrange(8)
	if shape == 0:
		return spell(rng, start, units) + ":", slice(start, None)
	if shape == 1:
		return ":" + spell(rng, stop, units), slice(None, stop)
	if shape == 2:
		return ":", slice(None)
	if shape in (3, 4):
		# Python's negative indexes cannot mean items before the first, so all are inside.
		start = max(start, -n)
		first = start if start >= 0 else n + start
		if shape == 3:
			return spell(rng, start, units), slice(first, first + 1)
		length = pick_number(rng, n, negative=False)
		return spell(rng, start, units) + ":+" + spell(rng, length, units), slice(first, first + length)
	return spell(rng, start, units) + ":" + spell(rng, stop, units), slice(start, stop)


def shard_of(data, delimiter, k, n):
	"""The lines that start in shard k of n; the first shards get the remaining bytes."""
	def start(k):
		at = len(data) // n * k + min(k, len(data) % n)
		return at if at == 0 else data.find(delimiter, at - 1) + 1 or len(data)
	return data[start(k - 1):start(k)]


def pick_part(rng, data, delimiter):
	"""One of -b and -l, and its selection."""
	if rng.random() < 0.4:
		text, where = pick_range(rng, len(data), UNITS_OF_BYTES)
		return [rng.choice(["-b" + text, "--bytes=" + text])], data[where]
	lines = lines_of(data, delimiter)
	text, where = rng.choice([pick_range(rng, len(lines), UNITS_OF_LINES), pick_addresses(rng, len(lines))])
	return [rng.choice(["-l" + text, "--lines=" + text])], b"".join(lines[where])


def pick_parts(rng, data, delimiter, how):
	"""Options for selections, and the selection of each."""
	kind = rng.choice(["all", "one", "one", "one", "several", "several", "shard"])
	# A stream has no size, so it has no shards.
	if kind == "all" or kind == "shard" and how == "pipe":
		return [], [data]
	if kind == "shard":
		n = rng.choice([1, 2, 3, 7, len(data) + 1, rng.randrange(1, len(data) + 2)])
		k = rng.randrange(1, n + 1)
		return ["-s%d/%d" % (k, n)], [shard_of(data, delimiter, k, n)]
	picked = [pick_part(rng, data, delimiter) for _ in range(1 if kind == "one" else rng.randrange(2, 5))]
	return [arg for args, _ in picked for arg in args], [part for _, part in picked]


def pick_action(rng, parts, delimiter):
	"""Options for an action, and its output for the selections."""
	lines = [lines_of(part, delimiter) for part in parts]
	action = rng.choice(["print", "count", "reverse"])
	most = rng.choice([None, None, 0, 1, 2, sum(map(len, lines)), rng.randrange(sum(map(len, lines)) + 1)])
	args = [] if most is None else ["-m%d" % most]
	if action == "reverse":
		lines = [[line if line.endswith(delimiter) else line + delimiter for line in reversed(part)]
			for part in lines]
	lines = sum(lines, [])[:most]
	if action == "count":
		return args + ["-c"], b"%d\n" % len(lines)
	return args + ["-r"] * (action == "reverse"), b"".join(lines)


def deliver(how, args, path, data, rng):
	"""Runs with the input as a path, as standard input at some offset, or through a pipe."""
	if how == "path":
		return subprocess.run(args + ["--", path], capture_output=True)
	if how == "pipe":
		args = args + rng.choice([[], ["-"]])
		return subprocess.run(args, input=data, capture_output=True)
	with open(path, "rb") as file:
		file.seek(os.path.getsize(path) - len(data))
		return subprocess.run(args, stdin=file, capture_output=True)


def shorten(data):
	return repr(data) if len(data) < 80 else "%r... (%d bytes)" % (data[:60], len(data))


def main():
	program, folder = sys.argv[1:3]
	rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
	n_runs = n_wrong = 0
	for name, content in make_files(rng).items():
		path = os.path.join(folder, name)
		with open(path, "wb") as file:
			file.write(content)
		for _ in range(90 if len(content) < 100000 else 40):
			how = rng.choice(["path", "path", "stdin", "pipe"])
			data = content
			if how == "stdin":
				data = content[rng.randrange(len(content) + 1):]
			delimiter, spelled = rng.choice(DELIMITERS)
			part_args, parts = pick_parts(rng, data, delimiter, how)
			action_args, wanted = pick_action(rng, parts, delimiter)
			args = part_args + action_args
			args += ["-d", spelled] if spelled else []
			done = deliver(how, [program] + args, path, data, rng)
			n_runs += 1
			if (done.returncode, done.stdout, done.stderr) != (0, wanted, b""):
				n_wrong += 1
				print("%s of %d bytes by %s:" % (name, len(data), how), *args)
				print("\tstatus %d, printed %s, wanted %s" % (
					done.returncode, shorten(done.stdout), shorten(wanted)))
				print("\t" + done.stderr.decode(errors="replace").strip())
	print("%d runs, %d wrong" % (n_runs, n_wrong))
	return n_wrong > 0 or n_runs < 1000


if __name__ == "__main__":
	sys.exit(main())
