#!/usr/bin/env python3
"""compare.py - mmcat --compare against cmp, on random data and selections

	compare.py MMCAT FOLDER [SEED]

Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import json
import os
import random
import subprocess
import sys

COLUMNS = 80
SIGNS = b" .:-=+*#@"
JSON_BLOCKS = 64
ENVIRONMENT = {**os.environ, "COLUMNS": str(COLUMNS), "LC_ALL": "C"}


def visible(byte):
	high, low = (b"M-", byte - 128) if byte >= 128 else (b"", byte)
	return high + (b"^%c" % (low ^ 64) if low < 32 or low == 127 else b"%c" % low)


def picture(different, n):
	"""One column for each part of n bytes, some of which are different: a set of offsets."""
	grain = 1
	while grain * 4096 < n:
		grain *= 2
	used = -(-n // grain)
	width = min(used, COLUMNS - 14)
	columns = b""
	for at in range(width):
		start, stop = at * used // width * grain, min((at + 1) * used // width * grain, n)
		share = len(different.intersection(range(start, stop))) / (stop - start)
		columns += SIGNS[0:1] if share == 0 else SIGNS[8:9] if share == 1 else \
			b"%c" % SIGNS[1 + int(share * 1000) * 7 // 1000]
	return b"where:     |" + columns + b"|\n"


class Difference:
	"""How two selections differ, which start at offsets of their files."""

	def __init__(self, a, b, starts=(0, 0), delimiter=b"\n"):
		self.n = min(len(a), len(b))
		self.different = [at for at in range(self.n) if a[at] != b[at]] if a[:self.n] != b[:self.n] else []
		self.shorter = (len(a) > len(b)) - (len(a) < len(b))
		self.bytes = [(a[at], b[at]) for at in self.different[:1]]
		self.starts = starts
		self.line = a[:(self.different or [self.n])[0]].count(delimiter) + 1
		self.equal = not self.different and self.shorter == 0

	def shorter_of(self, names):
		return names[0] if self.shorter < 0 else names[1]

	def text(self, names, first_only=False):
		printed = b""
		if self.different:
			first, (a, b) = self.different[0], self.bytes[0]
			printed += b"%s %s differ: byte %d, line %d is %s %s %s %s\n" % (*names, first, self.line,
				b"%3o" % a, visible(a), b"%3o" % b, visible(b))
			if any(self.starts):
				printed += b"in files:  byte %d and byte %d\n" % tuple(start + first for start in self.starts)
			if first_only:
				return printed
		if self.shorter:
			line = b"" if self.different else b", line %d" % self.line
			printed += b"EOF on %s at byte %d%s\n" % (self.shorter_of(names), self.n, line)
		if self.different and not first_only:
			printed += b"different: %d of %d bytes\n" % (len(self.different), self.n)
			printed += picture(set(self.different), self.n)
		return printed

	def object(self, names, first_only=False):
		stopped = first_only and self.different
		n = self.different[0] + 1 if stopped else self.n
		grain = 1
		while grain * JSON_BLOCKS < n:
			grain *= 2
		blocks = [0] * -(-n // grain)
		for at in self.different if not first_only else []:
			blocks[at // grain] += 1
		return {"file": names[0].decode(), "other": names[1].decode(), "equal": self.equal, "compared": n,
			"different": 1 if stopped else len(self.different),
			"offset": self.different[0] if self.different else None,
			"line": None if self.equal else self.line,
			"bytes": list(self.bytes[0]) if self.different else None,
			"shorter": self.shorter_of(names).decode() if self.shorter and not stopped else None,
			"starts": list(self.starts), "block": None if first_only else grain,
			"blocks": None if first_only else blocks}


# --- Random cases ------------------------------------------------------------------------------------


def random_data(rng):
	size = rng.choice([0, 1, 7, 64, 500, 5000, 200000, 3000000])
	a = rng.choice([lambda: rng.randbytes(size), lambda: b"abc\n" * (size // 4),
		lambda: b"\0" * size])()
	b = bytearray(a)
	for _ in range(rng.choice([0, 0, 1, 2, 50])):
		if b:
			at = rng.randrange(len(b))
			b[at:at + rng.choice([1, 1, 9, 3000])] = rng.choice([b"\377", b"x", rng.randbytes(9)])
	kind = rng.randrange(5)
	if kind == 0 and b:
		del b[rng.randrange(len(b)):]
	elif kind == 1:
		b += rng.randbytes(rng.choice([1, 100, 200000]))
	data = [bytes(a), bytes(b)]
	rng.shuffle(data)
	return data


def select(rng, data):
	"""Options of a selection, and its start and stop in each file."""
	kind = rng.randrange(4)
	if kind == 1:
		start, length = rng.randrange(6000), rng.choice([0, 1, 100, 10 ** 7])
		return ["-b", "%d:+%d" % (start, length)], [(min(start, len(d)), start + length) for d in data]
	if kind == 2:
		last = rng.choice([1, 50, 100000])
		return ["-b", "-%d:" % last], [(max(len(d) - last, 0), len(d)) for d in data]
	if kind == 3:
		first, n = rng.randrange(20), rng.choice([1, 5, 10000])
		bounds = []
		for d in data:
			lines = d.splitlines(keepends=True) if not d.translate(None, b"abcx\n") else \
				[line + b"\n" for line in d.split(b"\n")]
			starts = [0]
			for line in lines:
				starts.append(min(starts[-1] + len(line), len(d)))
			bounds.append((starts[min(first, len(lines))], starts[min(first + n, len(lines))]))
		return ["-l", "%d:+%d" % (first, n)], bounds
	return [], [(0, len(d)) for d in data]


def check_by_cmp(paths, data):
	"""The model agrees with cmp on whole files. cmp -l of diffutils 3.12 ends with 0 if only bytes differ."""
	model = Difference(*data)
	listed = subprocess.run(["cmp", "-l", *paths], capture_output=True, env=ENVIRONMENT)
	status = subprocess.run(["cmp", "-s", *paths], env=ENVIRONMENT, check=False).returncode
	wanted = [b"%d %o %o" % (at + 1, data[0][at], data[1][at]) for at in model.different]
	return [b" ".join(line.split()) for line in listed.stdout.splitlines()] == wanted and \
		(b"EOF" in listed.stderr) == (model.shorter != 0) and \
		status == (0 if model.equal else 1)


def run_random(mmcat, paths, rng):
	"""Returns: what is wrong, or None."""
	data = random_data(rng)
	for path, d in zip(paths, data):
		with open(path, "wb") as file:
			file.write(d)
	if not check_by_cmp(paths, data):
		return "the model is wrong"
	options, bounds = select(rng, data)
	chosen = [d[start:stop] for d, (start, stop) in zip(data, bounds)]
	model = Difference(*chosen, [start for start, _ in bounds])
	words, names, given = [], [], b""
	piped = rng.randrange(4)
	for which in range(2):
		if piped == which + 1:
			words.append("-")
			names.append(b"standard input")
			given = data[which]
		elif piped == 3:
			words.append("<(cat '%s')" % paths[which])
			names.append(None)
		else:
			words.append("'%s'" % paths[which])
			names.append(paths[which].encode())
	how = rng.choice(["", "", "-m1", "-q", "--json", "--json -m1"])
	command = "%s --compare %s %s %s -j%d %s" % (mmcat, " ".join(options), how, " ".join(words),
		rng.randrange(1, 4), rng.choice(["", "--no-mmap"]))
	done = subprocess.run(["bash", "-c", command], input=given, capture_output=True, env=ENVIRONMENT)
	printed = done.stdout
	if piped == 3:
		# Names of /dev/fd.
		names = [word.encode() for word in names_in(printed, "--json" in how)] or [b"", b""]
	if model.starts != [0, 0] and not all(chosen):
		# Where an empty selection starts is not the same for a stream.
		return None
	if "--json" in how:
		same = json.loads(printed) == model.object(names, "-m1" in how)
	else:
		same = printed == (b"" if how == "-q" else model.text(names, how == "-m1"))
	if same and done.returncode == (0 if model.equal else 1) and not done.stderr:
		return None
	return "%s\n\tstatus %d\n\tprinted %r\n\twanted  %r\n\tmessages %r" % (command, done.returncode,
		printed[:400], model.text(names)[:400], done.stderr)


def names_in(printed, as_json):
	if as_json:
		return [json.loads(printed)["file"], json.loads(printed)["other"]]
	words = printed.decode("latin-1").split()
	if words[2:3] == ["differ:"]:
		return words[:2]
	return [words[2], words[2]] if words else []


def main():
	mmcat, folder = sys.argv[1:3]
	rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
	paths = [os.path.join(folder, name) for name in ("one", "other")]
	wrong = [found for found in (run_random(mmcat, paths, rng) for _ in range(150)) if found]
	print("\n".join(wrong))
	return len(wrong) > 0


if __name__ == "__main__":
	sys.exit(main())
