#!/usr/bin/env python3
"""mmcat_views.py - hex views and regular expressions of mmcat against Python's own

	mmcat_views.py hex|regex MMCAT FOLDER [SEED]

The same seed makes the same files and options. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import os
import random
import re
import subprocess
import sys


def run(args, data, path, rng):
	"""By a path, with some threads, or through a pipe."""
	if rng.random() < 0.3:
		return subprocess.run(args, input=data, capture_output=True)
	return subprocess.run(args + ["-j%d" % rng.randrange(1, 4), path], capture_output=True)


def hex_view(data, off, width):
	rows, before, starred = [], None, False
	for at in range(0, len(data), width):
		row = data[at:at + width]
		if len(row) == width and row == before:
			if not starred:
				rows.append("*\n")
			starred = True
			continue
		starred, before = False, row
		cells = "".join((" " if i % 8 == 0 else "") + (" %02x" % row[i] if i < len(row) else "   ")
			for i in range(width))
		rows.append("%08x%s  |%s|\n" % (off + at, cells,
			"".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)))
	if data:
		rows.append("%08x\n" % (off + len(data)))
	return "".join(rows).encode()


def hex_case(rng):
	size = rng.choice([0, 1, 15, 16, 17, 1000, 131072, 131073, 400000])
	data = rng.choice([lambda: rng.randbytes(size), lambda: b"x" * size,
		lambda: b"".join(rng.choice([b"\0" * rng.randrange(200000), b"abcdefgh" * rng.randrange(20000),
			rng.randbytes(rng.randrange(40))]) for _ in range(8))])()
	width = rng.choice([1, 7, 8, 16, 16, 32, 48])
	start = rng.choice([0, rng.randrange(len(data) + 1)])
	stop = rng.choice([len(data), rng.randrange(len(data) + 1)])
	return (data, ["-x", "-w%d" % width, "-b%d:%d" % (start, stop)],
		hex_view(data[start:stop], start, width))


# Such as look at one line only, and mean the same to both.
PATTERNS = [rb"a", rb"ab+", rb"^.", rb"[^a\n]+$", rb"(a|b)c", rb"x*", rb"^$", rb"\bc", rb"(?i)AB",
	rb"a(?=b)", rb"[\x80-\xff]", rb"c{2,3}?", rb"(a)?b", rb"nothing"]


def regex_case(rng):
	data = b"".join(bytes(rng.choices(b"abcc x\xc3", k=rng.choice([3, 20, 90, 70000]))) + b"\n"
		for _ in range(rng.randrange(60)))
	if rng.random() < 0.5:
		data = data[:-1]
	pattern = rng.choice(PATTERNS)
	lines = data.splitlines(keepends=True)
	start = rng.choice([0, rng.randrange(len(lines) + 1)])
	off, offsets = sum(map(len, lines[:start])), []
	for line in lines[start:]:
		# Behind the last line end there is no line; `$` stands before it.
		text = line.removesuffix(b"\n")
		offsets += [off + match.start() for match in re.finditer(pattern, text, re.M)]
		off += len(line)
	args = ["-E", pattern, "-l%d:" % start]
	if rng.random() < 0.3:
		return data, args + ["-c"], b"%d\n" % len(offsets)
	if rng.random() < 0.3:
		most = rng.randrange(1, 9)
		args.append("-m%d" % most)
		offsets = offsets[:most]
	return data, args, b"".join(b"%d\n" % at for at in offsets)


def main():
	what, mmcat, folder = sys.argv[1:4]
	rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
	path, n_wrong = os.path.join(folder, "view"), 0
	for _ in range(150):
		data, args, wanted = hex_case(rng) if what == "hex" else regex_case(rng)
		with open(path, "wb") as file:
			file.write(data)
		done = run([mmcat] + args, data, path, rng)
		status = 1 if what == "regex" and wanted == (b"0\n" if "-c" in args else b"") else 0
		if (done.returncode, done.stdout, done.stderr) != (status, wanted, b""):
			n_wrong += 1
			print("%d bytes:" % len(data), *args)
			print("\tstatus %d, printed %r, wanted %r, said %r" % (done.returncode,
				done.stdout[:60], wanted[:60], done.stderr))
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
