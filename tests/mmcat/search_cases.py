"""search_cases.py - files, patterns and options for the tests of searches, from a fixed seed

Imported by search.py and search_others.py.

SPDX-License-Identifier: MIT
"""

import bisect

from search_oracle import lines_of, UNLIMITED

KIB, MIB = 1 << 10, 1 << 20


def random_lines(rng, n, delimiter=b"\n"):
	words = [b"needle", b"Needle", b"need", b"le", b"ab", b"aab", b"foo_bar", b" ", b" ", b"-", b"x1",
		b"\xc3\xa9", b"\xff", b"\t", b"\r", b"(", b"."]
	lines = []
	for _ in range(n):
		# Some lines are empty, and some follow one another.
		lines.append(b"".join(rng.choices(words, k=rng.choice([0, 0, 1, 2, 5, 12]))))
		lines += [lines[-1]] * rng.choice([0, 0, 0, 0, 3])
	return delimiter.join(lines) + delimiter


def across_boundaries(rng, size, filler=b"."):
	"""Lines of about 1 KiB, and a match at each multiple of 128 KiB: across it, before it or after it.
	At some of them a line ends, too."""
	content = bytearray((filler * 1020 + b"xyz\n") * (size // KIB + 1))[:size]
	for i, at in enumerate(range(128 * KIB, size, 128 * KIB)):
		start = at - i % 8
		content[start:start + 6] = b"needle"
		# A line end just before, just after, or at some distance.
		end = start - 1 if i % 3 == 0 else start + 6 if i % 3 == 1 else start - rng.randrange(1, 900)
		content[end:end + 1] = b"\n"
	return bytes(content)


def make_files(rng):
	"""Contents by name."""
	small = random_lines(rng, 400)
	long_line = b"y" * (310 * KIB)
	return {
		"empty": b"",
		"one": b"needle",
		"newlines": b"\n" * 50,
		"starts empty": b"\n\nneedle\n\n\nab",
		"small": small,
		"no last newline": small + b"the last needle",
		"crlf": random_lines(rng, 200).replace(b"\n", b"\r\n"),
		"nuls": random_lines(rng, 200, b"\0").replace(b"x1", b"x\n1"),
		"long lines": small[:900] + long_line + b"needle" + long_line + b" ab\n" + b"\n" + long_line +
			b"\nfoo_bar\n" + b"needle" + long_line + b"needle\n" + small[:2000] + long_line + b"needle",
		"boundaries": across_boundaries(rng, 4 * MIB + 300 * KIB),
		"dense": random_lines(rng, 6000),
		"far apart": b"needle\n" + b"some other text\n" * 9000 + b"a Needle here\n" + b"." * 70 * KIB +
			b"\nneedle",
	}


TEXTS = [b"needle", b"need", b"ab", b"e", b"foo_bar", b" ", b"(", b"\xc3\xa9", b"a", b"absent", b"xyz", b"\r",
	b"le-", b"dle.", b""]
EXPRESSIONS = [b"ne+dle", b"^need", b"le$", b"(a|x)b?", b"x*", b"^$", b"needle|ab", rb"\bfoo", b"[^ ]e ",
	b"a+b", b"(?=n)need(?!le)", b".", b"absent|gone", rb"\Aneedle\Z", rb"n(.)\1d", b"[.x]{3}needle"]


def some_patterns(rng):
	"""A list of patterns, each a pair of bytes and whether it is an expression."""
	kind = rng.choice(["text", "text", "text", "expression", "expression", "texts", "expressions", "mixed"])
	texts = [(text, False) for text in rng.sample(TEXTS, 4)]
	expressions = [(text, True) for text in rng.sample(EXPRESSIONS, 4)]
	if rng.random() < 0.3:
		texts[0] = (b"needle", False)
	n = rng.choice([2, 2, 3, 4])
	return {"text": texts[:1], "expression": expressions[:1], "texts": texts[:n],
		"expressions": expressions[:n], "mixed": texts[:n // 2] + expressions[:(n + 1) // 2]}[kind]


def escaped(text):
	return "".join(chr(byte) if 32 <= byte < 127 and byte != 92 else "\\x%02x" % byte for byte in text)


def words_of(rng, patterns, path):
	"""Patterns as words of the command line, or texts in a file."""
	texts = [text for text, is_regex in patterns if not is_regex]
	is_fixed = rng.random() < 0.2 and texts != []
	words = ["--fixed"] * is_fixed
	if rng.random() < 0.2 and not is_fixed and all(texts) and texts:
		with open(path, "wb") as file:
			file.write(b"\n".join(texts) + rng.choice([b"\n", b""]))
		words += ["--patterns", path]
		patterns = [pattern for pattern in patterns if pattern[1]]
	for text, is_regex in patterns:
		words += ["-E", text] if is_regex else ["-e", text if is_fixed else escaped(text)]
	return words


def some_details(rng):
	"""What of Search and How is used, and the words of the command line for it."""
	search, how, words = {}, {}, []

	def add(chance, word, into, **given):
		if rng.random() < chance:
			words.extend(word)
			into.update(given)
			return True
		return False

	add(0.15, ["-I"], search, caseless=True)
	add(0.15, ["-W"], search, words=True)
	add(0.07, ["-X"], search, whole=True)
	add(0.15, ["--and"], search, all_of=True)
	add(0.4, ["-n"], how, numbers=True)
	add(0.2, ["-H"], how, names=True) or add(0.1, ["--no-filename"], how, names=False)
	most = rng.choice([0, 1, 2, 3, 7, 100])
	add(0.25, ["-m%d" % most], how, most=most)
	form = rng.choice(["lines", "lines", "lines", "context", "context", "matches", "offsets", "count",
		"count matches", "reverse"])
	if form in ("lines", "context", "count", "reverse"):
		add(0.3, ["-v"], search, invert=True)
	if form != "offsets":
		add(0.3, ["-O"], how, offsets=True)
	if form in ("offsets", "matches", "lines"):
		add(0.25, ["-r"], how, reverse=True)
	before, after = rng.choice([0, 1, 2, 20, 10000]), rng.choice([0, 1, 3, 30])
	# -A and -B replace the number of -C.
	words += {"context": [rng.choice(["-B%d", "-C%d"]) % before, "-A%d" % after],
		"matches": ["-o"], "offsets": ["--offsets"], "count": ["-c"], "count matches": ["-c", "-o"],
		"reverse": ["-r"]}.get(form, [])
	how.update({"context": {"before": before, "after": after}, "matches": {"only_matches": True},
		"offsets": {"only_offsets": True}, "count": {"count": True},
		"count matches": {"count": True, "only_matches": True}, "reverse": {"reverse": True}}.get(form, {}))
	if form not in ("count", "count matches"):
		add(0.15, ["--color=always"], how, color=True)
	how.setdefault("most", UNLIMITED)
	return search, how, words


class File:
	"""A file and its lines."""

	def __init__(self, name, path, content, delimiter):
		self.name, self.path, self.content, self.delimiter = name, path, content, delimiter
		self.lines = lines_of(content, delimiter=delimiter)
		self.starts = [line.off for line in self.lines]

	def lines_between(self, start, stop):
		"""The lines of a selection of bytes."""
		first = bisect.bisect_left(self.starts, start)
		if start >= stop or not self.content:
			return []
		starts_line = start == 0 or self.starts[first:first + 1] == [start]
		if starts_line and stop == len(self.content):
			return self.lines[first:]
		return lines_of(self.content, start, min(stop, len(self.content)), self.delimiter)

	def shard(self, k, n):
		"""The lines that start in share K of N."""
		size = len(self.content)
		start, stop = (size // n * i + min(i, size % n) for i in (k - 1, k))
		return self.lines[bisect.bisect_left(self.starts, start):bisect.bisect_left(self.starts, stop)]
