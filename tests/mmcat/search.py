#!/usr/bin/env python3
"""search.py - mmcat -e and -E against a loop over all lines

	search.py MMCAT FOLDER [N [SEED]]

Runs N commands of patterns, options, selections and kinds of input, which are drawn at random. The same
seed makes the same files and commands. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import concurrent.futures
import contextlib
import os
import random
import subprocess
import sys
import threading

from search_cases import File, make_files, some_details, some_patterns, words_of
from search_oracle import How, Search, printed
from selections import shorten


class Case:
	"""One command: its words, its input, and what it should print."""

	def __init__(self, rng, files, path):
		patterns = some_patterns(rng)
		search, how, self.words = some_details(rng)
		self.words = words_of(rng, patterns, path) + self.words
		rng.shuffle(files)
		self.kind = rng.choice(["file", "file", "file", "pipe", "slow pipe", "input", "read", "files"])
		chosen = [files[0]]
		if self.kind == "files":
			# The delimiter is the same in both.
			chosen.append(next(file for file in files[1:] if file.delimiter == files[0].delimiter))
			if "--no-filename" not in self.words:
				how["names"] = True
		selections = self.select(rng, chosen[0])
		if chosen[0].delimiter != b"\n":
			self.words += ["-d", r"\0"]
		how["delimiter"] = chosen[0].delimiter
		self.words += rng.choice([[], ["-j1"], ["-j3"]])
		if self.kind == "read":
			self.words.append("--no-mmap")
		self.search = Search(patterns, **search)
		self.how = How(**how)
		self.chosen, self.selections = chosen, selections
		self.start = rng.randrange(len(chosen[0].content) + 1) if self.kind == "input" else 0

	def select(self, rng, file):
		"""Adds a selection. Returns: a function that makes lists of lines of a file from it."""
		size, n = len(file.content), len(file.lines)
		kind = rng.choice(["all", "all", "all", "bytes", "lines", "last lines", "shard", "two"])
		if kind == "all":
			return lambda file, base: [file.lines_between(base, len(file.content))]
		start, stop = sorted((rng.randrange(size + 2), rng.randrange(size + 2)))
		first, end = sorted((rng.randrange(n + 2), rng.randrange(n + 2)))
		if kind == "bytes":
			self.words.append("-b%d:%d" % (start, stop))
			return lambda file, base: [file.lines_between(base + start, base + stop)]
		if kind == "lines":
			self.words.append("-l%d:%d" % (first, end))
			return lambda file, base: [file.lines_between(base, len(file.content))[first:end]]
		if kind == "last lines":
			self.words.append("-l-%d:" % (end + 1))
			return lambda file, base: [file.lines_between(base, len(file.content))[-end - 1:]]
		if kind == "two":
			self.words += ["-l%d:" % end, "-l:%d" % first]
			return lambda file, base: [file.lines_between(base, len(file.content))[end:],
				file.lines_between(base, len(file.content))[:first]]
		# A stream has no shards.
		if self.kind not in ("file", "read", "files"):
			self.kind = "file"
		k = rng.choice([1, 2, 3])
		self.words.append("-s%d/3" % k)
		return lambda file, base: [file.shard(k, 3)]

	def wanted(self):
		is_named = self.kind in ("file", "read", "files")
		return printed(self.search, self.how, [
			(os.fsencode(file.path) if is_named else b"standard input", self.selections(file, self.start))
			for file in self.chosen])

	def run(self, mmcat):
		"""Returns: output, status and messages."""
		args = [mmcat, *self.words]
		if self.kind in ("pipe", "slow pipe"):
			return self.run_piped(args)
		if self.kind == "input":
			with open(self.chosen[0].path, "rb") as file:
				os.lseek(file.fileno(), self.start, os.SEEK_SET)
				done = subprocess.run(args, stdin=file, capture_output=True, timeout=120)
		else:
			done = subprocess.run(args + [file.path for file in self.chosen], stdin=subprocess.DEVNULL,
				capture_output=True, timeout=120)
		return done.stdout, done.returncode, done.stderr

	def run_piped(self, args):
		# Pieces that end within lines and matches; small ones at the start.
		content = self.chosen[0].content
		steps = [4093] * 40 if self.kind == "slow pipe" else []
		process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
			stderr=subprocess.PIPE)

		def write():
			at = 0
			with contextlib.suppress(BrokenPipeError):
				for step in steps + [len(content)]:
					process.stdin.write(content[at:at + step])
					process.stdin.flush()
					at += step
			with contextlib.suppress(BrokenPipeError):
				process.stdin.close()
		thread = threading.Thread(target=write)
		thread.start()
		messages = []
		reader = threading.Thread(target=lambda: messages.append(process.stderr.read()))
		reader.start()
		out = process.stdout.read()
		status = process.wait(120)
		thread.join()
		reader.join()
		process.stdout.close()
		process.stderr.close()
		return out, status, messages[0]


def check(mmcat, case):
	"""Returns: what is wrong, or None."""
	out, status, messages = case.run(mmcat)
	wanted, wanted_status = case.wanted()
	if (out, status, messages) == (wanted, wanted_status, b""):
		return None
	same = os.path.commonprefix([out, wanted])
	return "%s: mmcat %s (%s)\n\tstatus %d, wanted %d, %d bytes, wanted %d, messages %r\n" \
		"\tfrom byte %d on: %s\n\twanted: %s" % (case.kind,
		" ".join(word if isinstance(word, str) else repr(word) for word in case.words),
		", ".join(file.name for file in case.chosen), status, wanted_status, len(out), len(wanted),
		messages, len(same), shorten(out[len(same):]), shorten(wanted[len(same):]))


def main():
	mmcat, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
	n = int(sys.argv[3]) if len(sys.argv) > 3 else 1500
	rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
	files = []
	for name, content in make_files(rng).items():
		path = os.path.join(folder, name.replace(" ", "-"))
		with open(path, "wb") as file:
			file.write(content)
		files.append(File(name, path, content, b"\0" if name == "nuls" else b"\n"))
	# Large files take longer, so they are drawn less often.
	several = files + [file for file in files if len(file.content) < 1 << 18] * 2
	with_nul = next(file for file in files if file.delimiter == b"\0")
	several += [File(with_nul.name, with_nul.path, with_nul.content, b"\0")]
	cases = [Case(rng, several, os.path.join(folder, "texts%d" % i)) for i in range(n)]
	n_wrong = 0
	with concurrent.futures.ThreadPoolExecutor(3) as pool:
		for wrong in pool.map(lambda case: check(mmcat, case), cases):
			if wrong:
				n_wrong += 1
				print(wrong)
	print("%d commands, %d wrong" % (n, n_wrong))
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
