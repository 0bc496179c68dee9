#!/usr/bin/env python3
"""typed.py - random selections of records of a fixed size print what Python's struct reads

	typed.py MMCAT FOLDER

Records are selected by number, by bytes and by shards, last first, at random, or by --where, after a
header and before bytes that are left over. Inputs are files, one or two, sparse files, and pipes that get a few
bytes at a time. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import contextlib
import json
import os
import random
import struct
import subprocess
import sys
import threading

import expectations
import where_oracle
from expectations import check, expect

LAYOUTS = {"u8": ">B", "i16be": ">h", "i32le": "<i", "a:u16be,b:i8": ">Hb", "id:u64be,name:3s": ">Q3s",
	"2x,u8": ">2xB"}


class Layout:
	"""How a record is read and printed."""

	def __init__(self, name):
		self.name, self.format = name, LAYOUTS[name]
		self.size = struct.calcsize(self.format)
		self.n = len(struct.unpack(self.format, bytes(self.size)))
		self.is_named = ":" in name
		self.names = [field.split(":")[0] for field in name.split(",")] if self.is_named else ["0"]
		self.chosen = range(self.n)

	def choose(self, rng):
		"""Options that choose fields."""
		if rng.random() < 0.6:
			return []
		self.chosen, items = [], []
		for _ in range(rng.randint(1, 3)):
			first = rng.randrange(self.n)
			last = rng.randrange(first, self.n)
			self.chosen += range(first, last + 1)
			items.append(rng.choice(["%d-%d" % (first + 1, last + 1)] + ["%d-" % (first + 1)] * (last + 1 == self.n) +
				["%d" % (first + 1), self.names[first] if self.is_named else "1"] * (first == last)))
		return ["-F", ",".join(items)]

	def values(self, record):
		values = [value.rstrip(b"\0").decode() if isinstance(value, bytes) else value
			for value in struct.unpack(self.format, record)]
		return [values[at] for at in self.chosen]

	def header(self):
		return "\t".join(self.names[at] for at in self.chosen)

	def object(self, record):
		names = [self.names[at] for at in self.chosen]
		return "{%s}" % ",".join('"%s":%s' % (name, json.dumps(value)) for name, value in zip(names, self.values(record)))

	def text(self, records, width):
		cells = ["\t".join(map(str, self.values(record))).replace("\0", "\\x00") for record in records]
		return ["\t".join(cells[at:at + width]) for at in range(0, len(cells), width)]


class Part:
	"""A selection: its records, each with its offset, the offset of its end, and the bytes left over there."""

	def __init__(self, data, size, start, stop):
		whole = max(0, stop - start) // size * size
		self.records = [(at, data[at:at + size]) for at in range(start, start + whole, size)]
		self.end, self.rest = stop, max(0, stop - start) - whole


def mix(x):
	x = ((x ^ x >> 30) * 0xbf58476d1ce4e5b9) % 2**64
	x = ((x ^ x >> 27) * 0x94d049bb133111eb) % 2**64
	return x ^ x >> 31


def sample(records, n, seed):
	"""The records with the least priorities, in the order of the file."""
	keys = [mix((seed + i * 0x9e3779b97f4a7c15) % 2**64) for i in (1, 2)]
	return sorted(sorted(records, key=lambda one: mix((mix(one[0] ^ keys[0]) + keys[1]) % 2**64))[:n])


def number(rng, most):
	return rng.choice([rng.randrange(most + 1), rng.randrange(most + 1), most + 3])


def a_range(rng, n):
	"""A range as the option has it, and as a slice."""
	start, stop = number(rng, n), number(rng, n)
	return rng.choice([
		("%d:%d" % (start, stop), slice(start, stop)), ("%d:" % start, slice(start, None)),
		("%d" % start, slice(start, start + 1)), ("-%d:" % (start + 1), slice(-start - 1, None)),
		(":-%d" % (stop + 1), slice(0, -stop - 1)), ("%d:+%d" % (start, stop), slice(start, start + stop))])


def bounds(where, data, size, header):
	"""The bytes of records. A range that ends after the last whole one has what is left over after it."""
	first, n = min(header, len(data)), max(0, len(data) - header) // size
	start, stop, _ = where.indices(n)
	is_over = where.stop is None or where.stop > max(n, where.start)
	if is_over and where.start <= n:
		return first + start * size, len(data)
	return first + start * size, first + max(start, stop) * size


def parts_of(rng, data, size, header, can_divide):
	"""Options, and the selections that they make."""
	kind = rng.choice(["all", "lines", "lines", "bytes", "several", "shard" if can_divide else "sed"])
	first, n = min(header, len(data)), max(0, len(data) - header) // size
	if kind == "shard":
		count = rng.choice([1, 2, 3, 7])
		k = rng.randint(1, count)
		edges = [first + (n // count * i + min(i, n % count)) * size for i in (k - 1, k)]
		edges[1] = len(data) if k == count else edges[1]
		return ["-s", "%d/%d" % (k, count)], [Part(data, size, *edges)]
	if kind == "sed":
		last = number(rng, n) + 1
		start = rng.randint(1, last)
		return ["-l", "%d,%d" % (start, last)], [Part(data, size, *bounds(slice(start - 1, last), data, size, header))]
	words, parts = [], []
	for option in {"all": "", "lines": "l", "bytes": "b"}.get(kind, rng.choice(["ll", "lb", "bll"])):
		text, where = a_range(rng, n if option == "l" else len(data))
		words.append("-%s%s" % (option, text))
		start, stop = bounds(where, data, size, header) if option == "l" else where.indices(len(data))[:2]
		parts.append(Part(data, size, max(start, first), max(stop, first)))
	return words, parts or [Part(data, size, first, len(data))]


# --- Runs --------------------------------------------------------------------------------------------


def make_data(rng):
	n = rng.choice([0, 1, 2, 9, 100, 100, 5000, 5000, 200000])
	data = rng.choice([rng.randbytes(n), bytes(n), bytes(n // 2) + rng.randbytes(n // 2)])
	# A text of these bytes is printed as it is.
	return data.translate(bytes(byte % 64 + 33 if byte and byte % 64 != 59 else 0 for byte in range(256)))


def write(path, data):
	"""Pages of zeroes are holes."""
	with open(path, "wb") as file:
		for at in range(0, len(data), 4096):
			if any(data[at:at + 4096]):
				os.pwrite(file.fileno(), data[at:at + 4096], at)
		file.truncate(len(data))


def run_piped(args, data, step):
	"""A thread writes a few bytes at a time."""
	with subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
		ours = os.dup(process.stdin.fileno())

		def feed():
			with contextlib.suppress(BrokenPipeError):
				for at in range(0, len(data), step):
					os.write(ours, data[at:at + step])
			os.close(ours)
		thread = threading.Thread(target=feed)
		thread.start()
		process.stdin.close()
		out, err = process.stdout.read(), process.stderr.read()
		thread.join()
	return process.returncode, out, err


class Case:
	"""Options, and what they print for one input."""

	def __init__(self, rng, data, is_piped):
		self.layout = layout = Layout(rng.choice(list(LAYOUTS)))
		self.header = rng.choice([0, 0, 0, 1, 5, 64, len(data), len(data) + 1])
		words, parts = parts_of(rng, data, layout.size, self.header, not is_piped)
		self.args = ["-t", layout.name, *words, *layout.choose(rng)]
		if self.header or rng.random() < 0.1:
			self.args.append("--header=%d" % self.header)
		self.how = rng.choice(["", "", "-c", "--json"])
		self.is_reverse = self.how != "-c" and rng.random() < 0.5
		self.width = rng.choice([1, 2, 3, 7]) if self.how == "" and rng.random() < 0.4 else 1
		self.args += ["-r"] * self.is_reverse + [self.how] * (self.how != "")
		self.args += ["-w%d" % self.width] * (self.width > 1)
		self.where = self.draw_where(rng) if rng.random() < 0.4 else None
		if self.where:
			names = [field.split(":")[0] for field in layout.name.split(",")] if ":" in layout.name else []
			self.args.append("--where=" + self.where.text(rng, names))
		self.choose(rng, parts)

	def draw_where(self, rng):
		def draw_test(rng):
			zeroes = struct.unpack(self.layout.format, bytes(self.layout.size))
			field = rng.randrange(len(zeroes))
			value = rng.choice([0, 40, 60, 70.5, 90, 255, 17000, -3, 18446744073709551615])
			if isinstance(zeroes[field], bytes):
				value = rng.choice(["", "A", "A'", "P5", "zzzz"])
			return where_oracle.Test(field, rng.choice(list(where_oracle.OPERATORS)), value)
		return where_oracle.draw(rng, draw_test)

	def passes(self, record):
		values = struct.unpack(self.layout.format, record)
		return not self.where or self.where.holds(lambda field: values[field].rstrip(b"\0")
			if isinstance(values[field], bytes) else values[field])[0]

	def choose(self, rng, parts):
		"""Sets the records of each selection that are printed, and the messages."""
		most, n, seed = None, None, rng.randrange(1000)
		kind = rng.randrange(3)
		if kind == 1:
			most = rng.choice([0, 1, 3, 100])
			self.args.append("-m%d" % most)
		elif kind == 2:
			n = rng.choice([0, 1, 3, 100, 10**6])
			self.args += ["--sample=%d" % n, "--seed=%d" % seed]
		self.groups, self.messages, left = [], [], 10**9 if most is None else most
		for part in parts:
			if left == 0:
				break
			records = [one for one in part.records if self.passes(one[1])]
			records = records if n is None else sample(records, n, seed)
			if self.is_reverse:
				records = records[::-1]
			# The end is read if more is wanted, or first.
			if part.rest and (self.is_reverse or len(records) < left or n is not None):
				self.messages.append("cannot read a record at byte %d: the selection has %d of its %d bytes" %
					(part.end - part.rest, part.rest, self.layout.size))
			self.groups.append([record for _, record in records[:left]])
			left -= len(self.groups[-1])

	def output(self, names):
		"""The output for one or two inputs: each is one selection, or several."""
		layout, lines = self.layout, []
		if self.how == "-c":
			n = sum(map(len, self.groups))
			return "".join("%s%d\n" % (name and name + ":", n) for name in names).encode()
		if layout.is_named and self.how == "":
			lines.append(layout.header())
		for _ in names:
			for records in self.groups:
				if self.how == "--json":
					lines += [layout.object(one) for one in records]
				else:
					lines += layout.text(records, self.width)
		return "".join(line + "\n" for line in lines).encode()


def one_run(mmcat, path, rng, data):
	is_piped = rng.random() < 0.4
	case = Case(rng, data, is_piped)
	args = [mmcat, *case.args, "-j%d" % rng.randint(1, 3), *rng.choice([[], ["--no-mmap"], ["--cache=leave"]])]
	names = ["standard input"] if is_piped else [path] * rng.choice([1, 1, 2])
	if is_piped:
		got = run_piped(args, data, rng.choice([1, 7, 1000]) if len(data) <= 5000 else 997)
	else:
		done = subprocess.run([*args, *names], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
		got = done.returncode, done.stdout, done.stderr
	what = "%r of %d bytes, %s" % (args[1:], len(data), names)
	messages = ["mmcat: %s: %s\n" % (name, message) for name in names for message in case.messages]
	found = not case.where or any(case.groups)
	expect(what, got, (2 if messages else 0 if found else 1, case.output(names if len(names) > 1 else [""]),
		"".join(messages).encode()))
	return case


def main():
	mmcat, folder = sys.argv[1:3]
	rng, path = random.Random(17), os.path.join(folder, "typed")
	left_over, n_where = 0, {"all": 0, "some": 0, "none": 0}
	for i in range(1500):
		if i % 4 == 0:
			data = make_data(rng)
			write(path, data)
		case = one_run(mmcat, path, rng, data)
		left_over += len(case.messages) > 0
		if case.where and data:
			records = [case.passes(data[at:at + case.layout.size])
				for at in range(0, len(data) - case.layout.size, case.layout.size)]
			n_where["none" if not any(records) else "all" if all(records) else "some"] += 1
	check("some selections end within a record", left_over > 100, left_over)
	check("expressions hold for some records", n_where["some"] > 50, n_where)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
