#!/usr/bin/env python3
"""make_log.py - writes a log of SIZE bytes with lines of about 85 bytes, always the same

	make_log.py SIZE FILE [SORTED [TABLE]]		SIZE in bytes, or with K, M, G (powers of 1024)

A block of 2 MiB of lines is made from a fixed seed and repeated. Every line is complete, and spaces
extend the last one to SIZE. The file is written in pieces of 1 MiB, as programs that fill a large
file do. SORTED is a second log, in which each block is a month later than the one before, so that the
times of its lines never decrease. TABLE is a CSV file of the same lines with a header; the last of its
three columns contains a line end in each row.

SPDX-License-Identifier: MIT
"""

import random
import sys

MIB = 1 << 20
METHODS = ["GET"] * 8 + ["POST", "PUT"]
PATHS = ["/v1/users/%d", "/v1/orders/%d", "/img/%d.png", "/search?q=%d", "/static/app-%d.js"]
STATUSES = [200] * 16 + [304, 302, 404, 500]
LEVELS = {500: "ERROR", 404: "WARN "}


def make_line(rng, milliseconds):
	seconds = milliseconds // 1000
	status = rng.choice(STATUSES)
	return "2024-03-07T%02d:%02d:%02d.%03dZ web-%02d %s %s %s %d %d bytes %.1f ms\n" % (
		seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, milliseconds % 1000,
		rng.randrange(24), LEVELS.get(status, "INFO "), rng.choice(METHODS),
		rng.choice(PATHS) % rng.randrange(10000, 1000000), status,
		int(rng.paretovariate(1.2) * 500) % 1000000, rng.expovariate(0.05))


def make_block():
	rng = random.Random(1)
	lines, length, now = [], 0, 0
	while length < 2 * MIB:
		now += rng.randrange(40)
		lines.append(make_line(rng, now))
		length += len(lines[-1])
	return "".join(lines).encode("ascii")


def write_log(file, size):
	block = make_block()
	twice = memoryview(block * 2)  # contains any MiB that starts in the first half
	done = 0
	while size - done > 2 * MIB:
		file.write(twice[done % len(block):][:MIB])
		done += MIB
	file.write(completed(twice[done % len(block):][:size - done]))


def completed(last):
	"""The end of a log, with a complete last line."""
	last = bytearray(last)
	end = max(last.rfind(b"\n"), 0)
	last[end:] = b" " * (len(last) - end - 1) + b"\n" * (len(last) > 0)
	return last


def day_of(n):
	"""The day of block N of the sorted log."""
	return "%04d-%02d-07" % (2024 + (n + 2) // 12, (n + 2) % 12 + 1)


def day_at(byte):
	"""The day of the lines around a byte of the sorted log."""
	return day_of(byte // len(make_block()))


def write_sorted_log(file, size):
	block = make_block()
	for n, done in enumerate(range(0, size, len(block))):
		part = block.replace(day_of(0).encode() + b"T", day_of(n).encode() + b"T")
		file.write(part if size - done > len(part) else completed(part[:size - done]))


def row_of(line):
	time, server, level, note = line.rstrip(b"\n").split(b" ", 3)
	return b'%s,%s,"%s\n%s"\n' % (time, server, level, note)


def write_table(file, size):
	rows = b"".join(map(row_of, make_block().splitlines()))
	header = b"time,server,note\n"
	file.write(header)
	for done in range(len(header), size, len(rows)):
		part = rows
		if size - done <= len(rows):
			# Spaces extend the last cell.
			end = rows.rfind(b'"\n', 0, max(size - done - 8, 0)) + 2
			part = rows[:end] + b',,"' + b" " * (size - done - end - 6) + b'\n"\n'
		file.write(part)


def parse_size(text):
	unit = "KMG".find(text[-1]) + 1
	return int(text[:-1] if unit else text) << 10 * unit


if __name__ == "__main__":
	if len(sys.argv) not in (3, 4, 5):
		sys.exit("usage: make_log.py SIZE FILE [SORTED [TABLE]]")
	for path, write in zip(sys.argv[2:], (write_log, write_sorted_log, write_table)):
		with open(path, "wb", buffering=0) as out:
			write(out, parse_size(sys.argv[1]))
