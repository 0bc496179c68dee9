#!/usr/bin/env python3
"""views.py - hex views, typed views and regular expressions of mmcat against Python's own

	views.py hex|type|regex|shards MMCAT FOLDER [SEED]

The same seed makes the same files and options. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import decimal
import os
import random
import re
import struct
import subprocess
import sys


def run(args, data, path, rng):
	"""Runs with a path, with some threads, or through a pipe."""
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
	relative = rng.random() < 0.3
	return (data, ["-x", "-w%d" % width, "-b%d:%d" % (start, stop)] + ["--relative"] * relative,
		hex_view(data[start:stop], 0 if relative else start, width), 0)


CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i",
	"i64": "q", "f16": "e", "f32": "f", "f64": "d"}


def spell(value, kind):
	"""A value as mmcat prints it; a float as any text that reads back as the same float."""
	if isinstance(value, bytes):
		return b"".join({9: b"\\t", 10: b"\\n", 92: b"\\\\"}.get(byte,
			b"\\x%02x" % byte if byte < 32 or byte == 127 else b"%c" % byte)
			for byte in value.rstrip(b"\0"))
	return (kind, value) if isinstance(value, float) else b"%d" % value


def type_case(rng):
	"""Records of random fields, each with its own byte order."""
	fields = [(rng.choice(list(CODES) + ["text"]), rng.choice(["le", "be"]))
		for _ in range(rng.choice([1, 1, 2, 5]))]
	layout, formats, named = [], [], rng.random() < 0.5
	for number, (kind, order) in enumerate(fields):
		length = rng.choice([1, 4, 9])
		formats.append((">" if order == "be" else "<") + CODES.get(kind, "%ds" % length))
		layout.append(("f%d:" % number if named else "") +
			("%ds" % length if kind == "text" else kind + order))
	size = sum(map(struct.calcsize, formats))
	n, rest = rng.choice([0, 1, 2, 1000, 20000]), rng.choice([0, 0, rng.randrange(size)])
	data = rng.choice([rng.randbytes, lambda n: bytes(rng.choices(b"\0\0\1a\t\n\\", k=n))])(n * size + rest)
	width = rng.choice([1, 1, 1, 3])
	most = rng.choice([n + 1, n + 1, rng.randrange(n + 1)])
	values, at = [], 0
	for _ in range(min(n, most)):
		record = []
		for (kind, _), form in zip(fields, formats):
			record.append(spell(struct.unpack_from(form, data, at)[0], kind))
			at += struct.calcsize(form)
		values.append(record)
	header = [[b"f%d" % i for i in range(len(fields))]] if named else []
	rows = header + [sum(values[i:i + width], []) for i in range(0, len(values), width)]
	args = ["-t", rng.choice([",", " "]).join(layout), "-w%d" % width]
	return data, args + ([] if most > n else ["-m%d" % most]), rows, rest > 0 and most > n


def same_table(printed, rows):
	lines = printed.split(b"\n")
	if lines.pop() != b"" or len(lines) != len(rows):
		return False
	for line, row in zip(lines, rows):
		cells = line.split(b"\t")
		if len(cells) != len(row):
			return False
		for cell, wanted in zip(cells, row):
			if isinstance(wanted, bytes):
				if cell != wanted:
					return False
				continue
			kind, value = wanted
			code = CODES[kind]
			if value != value:
				if cell != b"nan":
					return False
			elif struct.pack(code, float(cell)) != struct.pack(code, value):
				return False
	return True


# Patterns that match within one line, with the same meaning in Python and PCRE2.
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
	off, found = sum(map(len, lines[:start])), []
	for line in lines[start:]:
		# There is no line after the last line end; `$` matches before it.
		text = line.removesuffix(b"\n")
		matches = list(re.finditer(pattern, text, re.M))
		if matches:
			# Matches that are empty are not printed.
			found.append((b"%d:%s\n" % (off, text),
				[b"%d\n" % (off + match.start()) for match in matches if match[0]]))
		off += len(line)
	args = ["-E", pattern, "-l%d:" % start]
	if rng.random() < 0.3:
		most = rng.randrange(1, 9)
		args.append("-m%d" % most)
		found = found[:most]
	status = 0 if found else 1
	if rng.random() < 0.3:
		return data, args + ["-c"], b"%d\n" % len(found), status
	if rng.random() < 0.5:
		return data, args + ["-O"], b"".join(line for line, _ in found), status
	return data, args + ["--offsets"], b"".join(b"".join(offsets) for _, offsets in found), status


def shard_views(mmcat, path, rng):
	"""Texts that overlap themselves: the matches in all shards are those in the whole file."""
	n_wrong = 0
	for _ in range(60):
		alphabet, size = rng.choice([b"\n", b"a\n", b"a\n\n\n", b"ab\n"]), rng.choice([3, 10, 50, 300])
		data = bytes(rng.choices(alphabet, k=size))
		if rng.random() < 0.3:
			data = (data[:rng.randrange(1, 6)] * size)[:size]
		at = rng.randrange(len(data))
		text = data[at:at + rng.randrange(1, 9)]
		with open(path, "wb") as file:
			file.write(data)
		wanted = [b"%d\n" % match.start() for match in re.finditer(re.escape(text), data)]
		spelled, n, printed = "".join("\\x%02x" % byte for byte in text), rng.choice([2, 3, 5, 9]), b""
		for k in range(1, n + 1):
			printed += subprocess.run([mmcat, "-s%d/%d" % (k, n), "--offsets", "-e", spelled,
				path], capture_output=True).stdout
		if printed != b"".join(wanted):
			n_wrong += 1
			print("%r in %d shards of %r: %r, wanted %r" % (text, n, data, printed, wanted))
	return n_wrong > 0


def type_views(mmcat, path, rng):
	n_wrong = 0
	for _ in range(150):
		data, args, rows, rest = type_case(rng)
		with open(path, "wb") as file:
			file.write(data)
		done = run([mmcat] + args, data, path, rng)
		good = same_table(done.stdout, rows) and done.returncode == (2 if rest else 0)
		if not good or (b"cannot read a record" in done.stderr) != rest:
			n_wrong += 1
			print("%d bytes:" % len(data), *args)
			print("\tstatus %d, printed %r, messages %r, wanted %r" % (done.returncode,
				done.stdout[:80], done.stderr, rows[:2]))
	return n_wrong > 0


def some_floats(rng):
	"""Whole numbers, decimals of each length, and values where rounding and notation change."""
	yield from (0.0, -0.0, 1e15, -1e15, 1e14 + 0.5, 0.1 + 0.2, 1e-4, 9.9999e-5, 5e-324, 1e-40, 1e308,
		999999999999999.9, 99999999999999.98, 0.30000000000000004, 1 / 3, 65504.0, 6e-8, 1e16, 1e22,
		123456789012345678.0, 1e8 + 1, 123456789.0, 1e12, 3e14, 9999999999999998.0)
	yield from (sign * 2.0 ** power for power in range(-24, 127) for sign in (1, -1))
	yield from (rng.randrange(1, 10 ** rng.randrange(1, 19)) * 10.0 ** rng.randrange(8)
		for _ in range(10000))
	for _ in range(30000):
		yield rng.choice([rng.randrange(-10 ** 6, 10 ** 6),
			round(rng.uniform(-1, 1) * 10.0 ** rng.randrange(-4, 16), rng.randrange(18)),
			rng.gauss(0, 1), rng.uniform(0, 1e6)])


def reads_back(text, value, form):
	try:
		return struct.pack(form, float(text)) == struct.pack(form, value)
	except OverflowError:  # rounded up beyond the largest
		return False


def shortest(value, form):
	"""The fewest digits that read back as the same float, in the notation of repr."""
	if value == 0 or form == "<d":
		return repr(value).removesuffix(".0")
	exact = decimal.Decimal(value)
	for n in range(17):
		near = [exact.quantize(decimal.Decimal(1).scaleb(exact.adjusted() - n), rounding=rounding)
			for rounding in (decimal.ROUND_HALF_EVEN, decimal.ROUND_UP)]
		near = [number for number in near if reads_back(str(number), value, form)]
		if near:
			break
	number = near[0].normalize()
	if decimal.Decimal("1e-4") <= abs(number) < 10 ** 16:
		return format(number, "f")
	return "%.*e" % (len(number.as_tuple().digits) - 1, number)


def float_views(mmcat, path, rng):
	"""Every float reads back as itself, and has no unnecessary digit."""
	n_wrong = 0
	for kind, most in ("f64le", 1.8e308), ("f32le", 3.4e38), ("f16le", 65504):
		form = "<" + CODES[kind[:3]]
		values = [value for value in some_floats(rng) if abs(value) <= most]
		# The values as f16, and every integral f16.
		values += [value for value in range(0, 65536, 2) if value <= most]
		with open(path, "wb") as file:
			file.write(b"".join(struct.pack(form, value) for value in values))
		lines = subprocess.run([mmcat, "-t", kind, path], capture_output=True, text=True,
			check=True).stdout.splitlines()
		for line, value in zip(lines, values, strict=True):
			value = struct.unpack(form, struct.pack(form, value))[0]
			wanted = shortest(value, form)
			if line != wanted:
				n_wrong += 1
				if n_wrong < 10:
					print("%s: %r is written %s, should be %s" % (kind, value, line, wanted))
	return n_wrong > 0


def main():
	what, mmcat, folder = sys.argv[1:4]
	rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
	path, n_wrong = os.path.join(folder, "view"), 0
	if what == "shards":
		return shard_views(mmcat, path, rng)
	if what == "type":
		return type_views(mmcat, path, rng) or float_views(mmcat, path, rng)
	for _ in range(150):
		data, args, wanted, status = hex_case(rng) if what == "hex" else regex_case(rng)
		with open(path, "wb") as file:
			file.write(data)
		done = run([mmcat] + args, data, path, rng)
		if (done.returncode, done.stdout, done.stderr) != (status, wanted, b""):
			n_wrong += 1
			print("%d bytes:" % len(data), *args)
			print("\tstatus %d, printed %r, wanted %r, messages %r" % (done.returncode,
				done.stdout[:60], wanted[:60], done.stderr))
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
