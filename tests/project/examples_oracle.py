#!/usr/bin/env python3
"""examples_oracle.py - prints what the programs of doc/examples should print, by simple code

	examples_oracle.py lines FILE
	examples_oracle.py fields [-q] COLUMN FILE [DELIMITER]
	examples_oracle.py parallel_count TEXT FILE
	examples_oracle.py average FILE
	examples_oracle.py records FILE
	examples_oracle.py typed TYPE FILE [OFFSET [STRIDE]]
	examples_oracle.py words [-N] FILE
	examples_oracle.py make-table FILE
	examples_oracle.py make-numbers FILE N
	examples_oracle.py make-trades FILE N
	examples_oracle.py make-rows FILE N_ROWS N_KEYS

SPDX-License-Identifier: MIT
"""

import collections
import csv
import math
import os
import random
import re
import struct
import sys


def read_lines(path):
	with open(path, "rb") as file:
		lines = file.read().split(b"\n")
	return lines[:-1] if lines[-1] == b"" else lines


def lines(path):
	lengths = [len(line) for line in read_lines(path)]
	mean = sum(lengths) / len(lengths) if lengths else 0
	print("lines %d\nmean %.1f\nlongest %d" % (len(lengths), mean, max(lengths, default=0)))


def rows_of(path, delimiter, quoted):
	if quoted:
		with open(path, newline="") as file:
			yield from (row or [""] for row in csv.reader(file, delimiter=delimiter))
	else:
		for line in read_lines(path):
			yield line.removesuffix(b"\r").decode().split(delimiter)


def fields(*args):
	quoted = args[0] == "-q"
	column, path, delimiter = (args[quoted:] + (",",))[:3]
	total, n_numbers, n_others = 0.0, 0, 0
	for record in rows_of(path, delimiter, quoted):
		if len(record) < int(column):
			continue
		try:
			total += float(record[int(column) - 1])
			n_numbers += 1
		except ValueError:
			n_others += 1
	print("sum %.2f\nnumbers %d\nothers %d" % (total, n_numbers, n_others))


TRADE = struct.Struct("<8sQdII")


def records(path):
	totals = {}
	with open(path, "rb") as file:
		for name, _, price, size, _ in TRADE.iter_unpack(file.read()):
			total = totals.setdefault(name, [0, 0, 0.0])
			total[0] += 1
			total[1] += size
			total[2] += price * size
	for name, (n, volume, value) in sorted(totals.items()):
		print("%-8s %d trades, volume %d, mean price %.4f" % (name.rstrip(b"\0").decode(), n, volume,
			value / volume if volume else 0))


def typed(kind, path, offset="0", stride="0"):
	"""Sums are exact: Python's integers do not overflow, and fsum adds floats exactly."""
	order = {"be": ">", "le": "<"}.get(kind[-2:], "=")
	code = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i",
		"i64": "q", "f16": "e", "f32": "f", "f64": "d"}[kind.removesuffix("be").removesuffix("le")]
	size = struct.calcsize("=" + code)
	with open(path, "rb") as file:
		data = file.read()[int(offset):]
	values = [struct.unpack_from(order + code, data, at)[0]
		for at in range(0, len(data), int(stride) or size)]
	print("n %d" % len(values))
	if not values:
		return
	total = math.fsum(values) if code in "efd" else sum(values)
	whole = "%d" if code not in "efd" else "%.17g"
	print(("sum " + (whole if -(1 << 63) <= total < 1 << 64 else "%.17g")) % total)
	print(("min " + whole) % min(values))
	print(("max " + whole) % max(values))
	print("mean %.17g" % (float(total) / len(values)))


def parallel_count(text, path):
	wanted = os.fsencode(text)
	print(sum(wanted in line for line in read_lines(path)))


def average(path):
	keys = {}
	for row in read_lines(path):
		key, number = row.rsplit(b";", 1)
		keys.setdefault(key, []).append(int(number.replace(b".", b"")))
	out = []
	for key, tenths in sorted(keys.items()):
		mean = (2 * sum(tenths) + len(tenths)) // (2 * len(tenths))
		out.append(key + b"=" + b"/".join(map(decimal, (min(tenths), mean, max(tenths)))))
	sys.stdout.buffer.write(b"{" + b", ".join(out) + b"}\n")


def decimal(tenths):
	return b"%s%d.%d" % (b"-" if tenths < 0 else b"", abs(tenths) // 10, abs(tenths) % 10)


def words(*args):
	n = -int(args[0]) if len(args) == 2 else 10
	with open(args[-1], "rb") as file:
		counts = collections.Counter(word for word in re.split(rb"[ \t\r\n]+", file.read()) if word)
	for word, times in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:n]:
		print("%d\t%s" % (times, word.decode()))


def make_table(path):
	"""A header, numbers in all notations, quoted cells with commas, quotes and line ends."""
	rng = random.Random(2)
	with open(path, "w", newline="") as file:
		writer = csv.writer(file, lineterminator="\r\n")
		writer.writerow(["number", "price", "text", "count", "last"])
		for n in range(20000):
			text = rng.choice(["plain", "a,b", 'the "best"', "two\nlines", "", "é"])
			writer.writerow([n, "%.2f" % rng.uniform(-1e6, 1e6), text, rng.choice(["", 7]),
				"%g" % rng.expovariate(1e-3)])


def make_numbers(path, n):
	"""Multiples of 1/4: their sums are exact in doubles, in any order."""
	rng = random.Random(4)
	with open(path, "wb") as file:
		for _ in range(int(n)):
			file.write(struct.pack("=d", rng.randrange(-1000000, 1000000) / 4))


def make_trades(path, n):
	"""Prices that are multiples of 1/4 and integral sizes: sums of products are exact in any order."""
	rng = random.Random(6)
	names = [b"%c%d" % (65 + n % 26, n) for n in range(300)] + [b"EIGHTLET"]
	with open(path, "wb") as file:
		for number in range(int(n)):
			file.write(TRADE.pack(rng.choice(names), number, rng.randrange(1, 40000) / 4,
				rng.randrange(1000), rng.randrange(4)))


def make_rows(path, n_rows, n_keys):
	"""Keys of all lengths from 1 to 100 bytes, most of them short; many have the same start."""
	rng = random.Random(3)
	names = ["k", "Zürich", "x" * 15, "x" * 16, "x" * 17, "x" * 99, "x" * 100]
	while len(names) < int(n_keys):
		length = rng.choice([rng.randrange(4, 16), rng.randrange(4, 16), rng.randrange(4, 101)])
		names.append(("x" * rng.randrange(length) + "%x" % len(names)).rjust(length, "é")[:50])
	names = list(dict.fromkeys(names))
	with open(path, "w") as file:
		for _ in range(int(n_rows)):
			tenths = rng.choice([rng.randrange(-999, 1000), rng.randrange(-15, 15)])
			file.write("%s;%s\n" % (rng.choice(names), decimal(tenths).decode()))


if __name__ == "__main__":
	globals()[sys.argv[1].replace("-", "_")](*sys.argv[2:])
