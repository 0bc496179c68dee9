#!/usr/bin/env python3
"""index.py - mmcat with indexes in files prints what it prints without them

	index.py MMCAT FOLDER [SEED]

The oracles are the same command with --no-index, and for lines and counts Python's slicing. Files have
more than 4 MiB, because smaller ones get no index in a file. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys

import expectations
from expectations import check, expect
from selections import lines_of, shard_of, shorten

MMCAT, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
LEAST = 4 << 20
# Older than 2 seconds, so that the times of a file are trusted.
OLD = 1_600_000_000
NO_RECORDS = subprocess.run([MMCAT, "-c", "-R", "[0-9]", "/dev/null"], capture_output=True,
	check=False).returncode != 0


def mmcat(*args, **how):
	return subprocess.run([MMCAT, *args], capture_output=True, timeout=120, check=False, **how)


def write(name, content, old=True):
	path = os.path.join(FOLDER, name)
	with open(path, "wb") as file:
		file.write(content)
	if old:
		os.utime(path, (OLD, OLD))
	return path


def result_of(done):
	return done.returncode, done.stdout, done.stderr


def expect_same(what, path, *args, index=()):
	"""The command prints the same with an index and without."""
	with_index, without = mmcat(*index, *args, path), mmcat("--no-index", *args, path)
	if result_of(with_index) != result_of(without):
		expectations.wrong("%s: %s" % (what, " ".join(args)), with_index.returncode,
			shorten(with_index.stdout), with_index.stderr)
		print("\twanted: %d, %s" % (without.returncode, shorten(without.stdout)))
	return with_index.stdout


def use_of(path, *args, **how):
	"""What --stats reports about the index: used, failed, or None."""
	found = re.search(rb", index (used|failed), ", mmcat("--stats", *(args or ("-c",)), path, **how).stderr)
	return found[1].decode() if found else None


def state_of(path, *args):
	return json.loads(mmcat("-i", "--json", *args, path).stdout)["index_state"]


def make_index(path, *args):
	expect("the index of %s" % path, result_of(mmcat("--index", "-b0:0", *args, path)), (0, b"", b""))


def litter(folder=FOLDER):
	return [name for name in os.listdir(folder) if ".mmri." in name]


# --- Files -------------------------------------------------------------------------------------------


def text(rng, n_bytes, longest=120):
	"""Lines of random lengths, some of them numbers."""
	parts, n = [], 0
	while n < n_bytes:
		lines = [b"%d needle" % rng.randrange(10000) if rng.random() < 0.01 else
			b"x" * rng.randrange(longest) for _ in range(5000)]
		parts.append(b"\n".join(lines) + b"\n")
		n += len(parts[-1])
	return b"".join(parts)[:n_bytes]


def make_contents(rng):
	body = text(rng, 5 << 20)
	return {
		"text": body[:-1] + b"\n",
		"unterminated": body[:LEAST] + b"\nthe end",
		"least": body[:LEAST - 1] + b"\n",
		"crlf": body.replace(b"\n", b"\r\n"),
		"nul": body.replace(b"\n", b"\0"),
		"long lines": b"".join(b"%d %s\n" % (n, b"y" * rng.randrange(1, 60000)) for n in range(200)),
		"empty lines": b"\n" * (LEAST + 12345),
		"no line end": b"z" * (LEAST + 1),
		"holes": b"first\n" + bytes(3 << 20) + b"\nmiddle\n" * 5000 + bytes(2 << 20) + b"\nlast\n",
	}


# --- Answers -----------------------------------------------------------------------------------------


def lines_by_number(rng, path, content, delimiter, options):
	lines = lines_of(content, delimiter)
	n = len(lines)
	for _ in range(12):
		start = rng.choice([0, 1, n - 1, n, n // 2, rng.randrange(n + 2), -1, -rng.randrange(n + 2)])
		stop = start + rng.randrange(50) if rng.random() < 0.7 else rng.randrange(-n, n + 2)
		first = rng.randrange(n) + 1
		for written, where in (("%d:%d" % (start, stop), slice(start, stop)),
				("%d" % start, slice(start, start + 1 or None)),
				("%d,%d" % (first, first + 9), slice(first - 1, first + 9)),
				("%d:+7" % start, slice(start, start + 7 if start + 7 < 0 or start >= 0 else None))):
			wanted = b"".join(lines[where])
			done = mmcat(*options, "-l" + written, path)
			if result_of(done) != (0, wanted, b""):
				expectations.wrong("-l%s of %s" % (written, path), done.returncode,
					shorten(done.stdout), done.stderr)
				print("\twanted: " + shorten(wanted))


def counts(rng, path, content, delimiter, options):
	lines, size = lines_of(content, delimiter), len(content)
	cases = [([], len(lines))]
	for _ in range(6):
		start, stop = sorted(rng.randrange(size + 1) for _ in range(2))
		cases.append((["-b%d:%d" % (start, stop)], len(lines_of(content[start:stop], delimiter))))
		cases.append((["-b:%d" % (stop + 1)], len(lines_of(content[:stop + 1], delimiter))))
		first, last = sorted(rng.randrange(len(lines) + 1) for _ in range(2))
		cases.append((["-l%d:%d" % (first, last)], last - first))
		cases.append((["-l%d:%d" % (first, last), "-b%d:%d" % (start, stop)],
			last - first + len(lines_of(content[start:stop], delimiter))))
	for k, n in (1, 2), (2, 3), (7, 7):
		cases.append((["-s%d/%d" % (k, n)], len(lines_of(shard_of(content, delimiter, k, n), delimiter))))
	for args, wanted in cases:
		for more in [], ["-m1000"]:
			expect("-c %s of %s" % (args + more, path), result_of(mmcat("-c", *options, *args, *more, path)),
				(0, b"%d\n" % (min(wanted, 1000) if more else wanted), b""))


# Arguments that find lines by number, or number them.
OTHERS = [["-n", "-e", "needle"], ["-n", "-e", "9 needle", "-l1000:"], ["-n", "-v", "-e", "x", "-b1000000:3000000"],
	["-n", "-r", "-m5", "-e", "needle"], ["-n", "-C2", "-m3", "-e", "7 needle"], ["-n", "-o", "-e", "needle", "-s2/3"],
	["--offsets", "-n", "-e", "needle"], ["--offsets", "--json", "-n", "-e", "needle", "-b-1000000:"],
	["-r", "-m7"], ["-r", "-m7", "-l-5000:-100"], ["-m9"], ["-m9", "-l2000:"], ["-x", "-l3000:3010"],
	["-n", "-j3", "-e", "needle"], ["-n", "--no-mmap", "-e", "needle"], ["--no-mmap", "-c", "-l10:-10"],
	["-l77", "-l-77", "-b5:10", "-m2"], ["-c", "-e", "needle", "-l100:-100"], ["-n", "-m1", "-e", "needle", "-l-9000:"]]


def others(path, options):
	for args in OTHERS:
		expect_same("with an index of %s" % path, path, *options, *args)
	json_of = [re.sub(rb'"(secs|nanos|human)":[^,}]*', b"", done.stdout) for done in (
		mmcat(*options, "--json", "-e", "needle", path),
		mmcat("--no-index", *options, "--json", "-e", "needle", path))]
	check("JSON of %s" % path, json_of[0] == json_of[1])


def records(rng, path):
	for pattern in "[0-9]", "":
		if NO_RECORDS and pattern:
			print("left out: records, no PCRE2")
			continue
		make_index(path, "-R", pattern)
		expect("an index of records is used", use_of(path, "-R", pattern, "-l100"), "used")
		n = int(mmcat("--no-index", "-c", "-R", pattern, path).stdout)
		for args in ["-c"], ["-l%d:+3" % rng.randrange(n)], ["-l-3:"], ["-c", "-l5:-5"], ["-r", "-m3"], \
				["-n", "-e", "needle"], ["-c", "-b1000:-1000"], ["-s2/3", "-c"]:
			expect_same("records", path, "-R", pattern, *args)


def answers(rng):
	for name, content in make_contents(rng).items():
		path = write(name, content)
		delimiter, options = (b"\0", ["-d", r"\0"]) if name in ("nul", "holes") else (b"\n", [])
		make_index(path, *options)
		expect("the index of %s is used" % name, use_of(path, "-c", *options), "used")
		expect("--no-index", use_of(path, "-c", "--no-index", *options), None)
		expect("-i of %s" % name, state_of(path, *options), "fresh")
		lines_by_number(rng, path, content, delimiter, options)
		counts(rng, path, content, delimiter, options)
		others(path, options)
		if name in ("text", "long lines"):
			records(rng, path)
	expect("temporary files", litter(), [])
	expect("an empty file", result_of(mmcat("-c", "--index", write("empty", b""))), (0, b"0\n", b""))
	small = write("small", text(rng, LEAST)[:LEAST - 1])
	make_index(small)
	check("no index of a small file", not os.path.exists(small + ".mmri"))


# --- What happens to files and to indexes ------------------------------------------------------------


class Scene:
	"""A file with an index, and ways to change one of them."""

	def __init__(self, rng, folder):
		self.rng, self.path = rng, os.path.join(folder, "data")
		self.index = self.path + ".mmri"
		self.content = text(rng, LEAST + rng.randrange(1, 300000), rng.choice([3, 80, 5000]))
		# Sometimes the file is young: its times prove nothing.
		self.old = rng.random() < 0.7

	def write(self, content):
		with open(self.path, "wb") as file:
			file.write(content)

	def start(self):
		if os.path.isdir(self.index) and not os.path.islink(self.index):
			os.rmdir(self.index)
		elif os.path.lexists(self.index):
			os.unlink(self.index)
		self.write(self.content)
		if self.old:
			self.keep_time()
		make_index(self.path)

	def keep_time(self):
		os.utime(self.path, (OLD, OLD))

	def other_content(self):
		"""Bytes of the same size, of which each block differs."""
		return text(self.rng, len(self.content), self.rng.choice([3, 80, 5000]))

	def append(self):
		with open(self.path, "ab") as file:
			file.write(self.rng.choice([b"x", b"\n", text(self.rng, self.rng.randrange(1, 200000))]))

	def truncate(self):
		os.truncate(self.path, self.rng.choice([0, 1, LEAST, len(self.content) - 1,
			self.rng.randrange(len(self.content))]))

	def truncate_and_append(self):
		self.truncate()
		with open(self.path, "ab") as file:
			file.write(text(self.rng, self.rng.randrange(1, 2 * len(self.content))))

	def rewrite(self):
		self.write(self.other_content())

	def rewrite_longer(self):
		self.write(self.other_content() + self.content)

	def rewrite_and_keep_time(self):
		times = os.stat(self.path)
		self.rewrite()
		os.utime(self.path, ns=(times.st_atime_ns, times.st_mtime_ns))

	def insert_and_keep_time(self):
		"""As editors do: what follows is shifted."""
		times, at = os.stat(self.path), self.rng.randrange(len(self.content) // 2)
		self.write((self.content[:at] + b"\n" + self.content[at:])[:len(self.content)])
		os.utime(self.path, ns=(times.st_atime_ns, times.st_mtime_ns))

	def edit(self):
		with open(self.path, "r+b") as file:
			for _ in range(self.rng.choice([1, 100])):
				file.seek(self.rng.randrange(len(self.content)))
				file.write(b"\n")

	def rename_other(self):
		with open(self.path + ".new", "wb") as file:
			file.write(self.other_content())
		if self.rng.random() < 0.5:
			os.utime(self.path + ".new", (OLD, OLD))
		os.rename(self.path + ".new", self.path)

	def touch(self):
		os.utime(self.path, (self.rng.choice([0, OLD - 1, OLD + 1, 4_000_000_000]),) * 2)

	def copy(self):
		shutil.copy2(self.path, self.path + ".new")
		os.rename(self.path + ".new", self.path)

	def flip(self):
		with open(self.index, "r+b") as file:
			at = self.rng.randrange(os.path.getsize(self.index))
			byte = file.seek(at) * 0 + file.read(1)[0]
			file.seek(at)
			file.write(bytes([byte ^ 1 << self.rng.randrange(8)]))

	def cut_index(self):
		os.truncate(self.index, self.rng.randrange(os.path.getsize(self.index)))

	def extend_index(self):
		with open(self.index, "ab") as file:
			file.write(bytes(self.rng.choice([1, 4, 8, 4096])))

	def overwrite_index(self):
		size = os.path.getsize(self.index)
		at = self.rng.randrange(size)
		with open(self.index, "r+b") as file:
			file.seek(at)
			file.write(self.rng.randbytes(self.rng.randrange(1, size - at + 1)))

	def index_of_another(self):
		other = self.path + ".new"
		with open(other, "wb") as file:
			file.write(self.other_content())
		os.utime(other, (OLD, OLD))
		make_index(other)
		os.rename(other + ".mmri", self.index)
		os.unlink(other)

	def old_index(self):
		"""The index of the file before it had grown, and then changed."""
		shutil.copy2(self.index, self.index + ".kept")
		self.append()
		make_index(self.path)
		os.rename(self.index + ".kept", self.index)

	def replace_index(self):
		os.unlink(self.index)
		way = self.rng.randrange(5)
		if way == 0:
			os.mkdir(self.index)
		elif way == 1:
			os.mkfifo(self.index)
		else:
			os.symlink(["/dev/zero", os.path.basename(self.index), "nowhere"][way - 2], self.index)

	def remove_index(self):
		os.unlink(self.index)


DATA_WAYS = [Scene.append, Scene.truncate, Scene.truncate_and_append, Scene.rewrite, Scene.rewrite_longer,
	Scene.rewrite_and_keep_time, Scene.insert_and_keep_time, Scene.edit, Scene.rename_other, Scene.touch,
	Scene.copy]
INDEX_WAYS = [Scene.flip, Scene.cut_index, Scene.extend_index, Scene.overwrite_index, Scene.index_of_another,
	Scene.old_index, Scene.replace_index, Scene.remove_index]


def ask(scene, what):
	rng = scene.rng
	number = rng.randrange(200000)
	for args in ["-c"], ["-l%d:+3" % number], ["-l%d:" % -rng.randrange(1, 50000), "-m3"], \
			["-c", "-b%d:%d" % (number, number * rng.randrange(1, 30))], ["-n", "-m5", "-e", "needle", "-b%d:" % number]:
		expect_same(what, scene.path, *args)


def changes(rng, n):
	folder = os.path.join(FOLDER, "changes")
	os.mkdir(folder)
	scene = Scene(rng, folder)
	for i in range(n):
		if i % 10 == 0:
			scene = Scene(rng, folder)
		scene.start()
		ways = [rng.choice(DATA_WAYS if i % 2 else INDEX_WAYS)]
		if rng.random() < 0.2:
			# Of the index that the first way left.
			ways.insert(0, rng.choice(DATA_WAYS))
		if Scene.old_index in ways:
			ways = [Scene.old_index]
		for way in ways:
			way(scene)
		what = "after %s, case %d, old: %s" % ([way.__name__ for way in ways], i, scene.old)
		ask(scene, what)
		state = state_of(scene.path)
		check("%s: -i" % what, state not in (None, "wrong"), state)
		# The index is made again, extended, or refused. Then it is right.
		done, wanted = mmcat("-c", "--index", scene.path), mmcat("-c", "--no-index", scene.path)
		expect("%s: -c --index" % what, done.stdout, wanted.stdout)
		check("%s: -c --index" % what, (done.returncode, done.stderr) == (0, b"") or
			(done.returncode == 2 and b"data.mmri'" in done.stderr and Scene.replace_index in ways) or
			(done.returncode == 2 and b"it is not an index" in done.stderr), done.stderr)
		if done.returncode == 0 and os.path.getsize(scene.path) >= LEAST:
			expect("%s: after --index" % what, state_of(scene.path), "fresh")
		ask(scene, what + ", --index")
		expect("%s: temporary files" % what, litter(folder), [])


def states(rng):
	"""What -i and --stats report."""
	path = write("states", text(rng, LEAST + 1000))
	index = path + ".mmri"

	def shown():
		return re.findall(r"^index: +(.*)$", mmcat("-i", path).stdout.decode(), re.M)

	expect("no index", (shown(), state_of(path)), (["none"], "none"))
	expect("no index", json.loads(mmcat("-i", "--json", path).stdout)["index"], None)
	make_index(path)
	expect("fresh", (shown(), state_of(path), use_of(path)), ([index + ", fresh"], "fresh", "used"))
	expect("its path", json.loads(mmcat("-i", "--json", path).stdout)["index"], index)
	expect("a selection", state_of(path, "-b0:5"), None)
	expect("--no-index", state_of(path, "--no-index"), None)
	with open(path, "ab") as file:
		file.write(b"more\n" * 512)
	expect("grown", (shown(), state_of(path), use_of(path)),
		([index + ", fresh, without the last 2.5 KiB"], "partial", "used"))
	make_index(path)
	expect("extended", state_of(path), "fresh")
	inode = os.stat(index).st_ino
	make_index(path)
	expect("a fresh index is kept", os.stat(index).st_ino, inode)
	with open(index, "r+b") as file:
		file.seek(256 + 40)
		file.write(b"\xff")
	expect("a damaged table", (state_of(path), use_of(path, "-l5000")), ("damaged", "failed"))
	expect_same("a damaged table", path, "-l5000")
	os.truncate(index, 100)
	expect("a damaged file", (state_of(path), use_of(path)), ("damaged", None))
	os.chmod(index, 0o666)
	expect("a file of anybody", (state_of(path), use_of(path)), ("foreign", None))
	os.unlink(index)
	os.mkdir(index)
	expect("a directory", (state_of(path), use_of(path)), ("unreadable", None))
	os.rmdir(index)
	make_index(path)
	os.utime(path, (1, 1))
	expect("another time", (state_of(path), use_of(path)), ("stale", None))
	expect("a pipe", json.loads(mmcat("-i", "--json", input=b"x").stdout)["index_state"], None)


# --- Places ------------------------------------------------------------------------------------------


def expect_failed(what, done, wanted, words):
	"""The work is done, there is one message, and the status is 2."""
	expect("%s: output" % what, done.stdout, wanted)
	check("%s: status" % what, done.returncode == 2, done.returncode, done.stderr)
	messages = done.stderr.decode()
	check("%s: message" % what, messages.startswith("mmcat: ") and messages.count("\n") == 1 and words in messages,
		messages)


def places(rng):
	content = text(rng, LEAST + 5000)
	n = b"%d\n" % len(lines_of(content, b"\n"))
	path = write("placed", content)
	folder = os.path.join(FOLDER, "indexes")
	for name in folder, os.path.join(FOLDER, "a"), os.path.join(FOLDER, "b"):
		os.mkdir(name)
	# Files of the same name get indexes of their own.
	files = [write("a/log", content), write("b/log", content + b"x\n")]
	wanted = mmcat("--no-index", "-c", *files).stdout
	for _ in range(2):
		expect("a directory", result_of(mmcat("-c", "--index=" + folder, *files)), (0, wanted, b""))
		expect("indexes in it", len(os.listdir(folder)), 2)
	expect("nothing beside the files", os.listdir(os.path.join(FOLDER, "a")), ["log"])
	expect("indexes beside the files", result_of(mmcat("-c", "--index", *files)), (0, wanted, b""))
	place = os.path.join(FOLDER, "place")
	expect("a file", result_of(mmcat("-c", "--index=" + place, path)), (0, n, b""))
	check("a file exists", os.path.getsize(place) > 256)
	done = mmcat("-c", "--index=" + place, *files)
	expect("a file for several", (done.returncode, done.stdout), (2, b""))
	check("a file for several", b"--index=DIRECTORY" in done.stderr, done.stderr)
	expect("an empty place", mmcat("--index=", path).returncode, 2)
	# Another file at the same place replaces an index, but nothing else.
	expect("another file", result_of(mmcat("-c", "--index=" + place, files[1])),
		(0, mmcat("-c", "--no-index", files[1]).stdout, b""))
	os.unlink(place)
	for what, bytes in ("a text", b"my diary\n"), ("an empty file", b""), ("half a mark", b"\x8fMMRI"), \
			("data", content):
		with open(place, "wb") as file:
			file.write(bytes)
		before = os.stat(place)
		expect_failed(what, mmcat("-c", "--index=" + place, path), n, "it is not an index")
		with open(place, "rb") as file:
			expect("%s is unchanged" % what, file.read() == bytes, True)
		expect("%s is the same file" % what, os.stat(place).st_ino, before.st_ino)
	expect_failed("the data", mmcat("-c", "--index=" + path, path), n, "replace")
	# Data that is an index.
	data = write("data.mmri", b"\x8fMMRI\r\n\x1a" + content)
	expect_failed("data that is an index", mmcat("-c", "--index=" + data, data),
		mmcat("-c", "--no-index", data).stdout, "it is the data")
	expect("data is unchanged", os.path.getsize(data), len(content) + 8)
	for place in "/dev/null", "/dev/null/x", os.path.join(FOLDER, "nowhere", "x"), "/proc/x", \
			os.path.join(FOLDER, "n" * 300):
		expect_failed(place, mmcat("-c", "--index=" + place, path), n, "")
	streams(path, content, folder, n)


def streams(path, content, folder, n):
	"""Standard input can have an index only at a place."""
	def count(*args):
		with open(path, "rb") as file:
			return mmcat("-c", *args, stdin=file)

	for place in folder, os.path.join(FOLDER, "of standard input"):
		for _ in range(2):
			expect("standard input", result_of(count("--index=" + place)), (0, n, b""))
	expect_failed("standard input without a place", count("--index"), n, "give its path")
	with open(path, "rb") as file:
		file.seek(1000)
		expect_failed("standard input at an offset", mmcat("-c", "--index=" + folder, stdin=file),
			b"%d\n" % len(lines_of(content[1000:], b"\n")), "only whole regular files")
	for action, wanted in ("-c", n), ("-l1000:1010", b"".join(lines_of(content, b"\n")[1000:1010])), \
			("-b0:5", content[:5]):
		for place in "--index", "--index=" + folder:
			expect_failed("a pipe, " + action, mmcat(action, place, input=content), wanted,
				"only whole regular files")
	for device in "/dev/zero", "/proc/version":
		done = mmcat("-b0:3", "--index", device)
		expect("%s: output" % device, len(done.stdout), 3)
		check("%s: status" % device, done.returncode == (2 if device == "/dev/zero" else 0), done.stderr)
	# An error of an index does not hide that there is no match, and no match does not hide the error.
	expect_failed("no match", mmcat("-e", "nothing", "--index=/dev/null", path), b"", "/dev/null")


# --- Writing that fails ------------------------------------------------------------------------------


def small_files():
	"""In the child: files of more than 1000 bytes cannot be written."""
	signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
	resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def failures(rng):
	folder = os.path.join(FOLDER, "failures")
	os.mkdir(folder)
	content = text(rng, LEAST + 5000)
	path = write("failures/data", content)
	wanted = b"".join(lines_of(content, b"\n")[70:75])
	args = ["-l70:75", "--index", path]
	expect_failed("no room", mmcat(*args, preexec_fn=small_files), wanted, "data.mmri")
	expect("no room: files", sorted(os.listdir(folder)), ["data"])
	make_index(path)
	with open(path + ".mmri", "rb") as file:
		before = file.read()
	with open(path, "ab") as file:
		file.write(b"more\n" * 100000)
	expect_failed("no room to extend", mmcat(*args, preexec_fn=small_files), wanted, "data.mmri")
	with open(path + ".mmri", "rb") as file:
		expect("the old index", file.read() == before, True)
	expect("no room to extend: files", sorted(os.listdir(folder)), ["data", "data.mmri"])
	expect("the old index is used", use_of(path), "used")
	if os.geteuid() != 0:
		os.chmod(folder, 0o555)
		expect_failed("a directory that cannot be written", mmcat(*args), wanted, "data.mmri")
		os.chmod(folder, 0o755)
		return
	another_user(folder, path, args, wanted)


def another_user(folder, path, args, wanted):
	def nobody():
		os.setuid(65534)

	os.chmod(FOLDER, 0o755)
	try:
		mmcat("-V", preexec_fn=nobody)
	except PermissionError:
		print("left out: another user cannot run the program in its folder")
		return
	os.chmod(path, 0o644)
	os.unlink(path + ".mmri")
	expect_failed("a directory that cannot be written", mmcat(*args, preexec_fn=nobody), wanted, "data.mmri")
	expect("a directory that cannot be written: files", os.listdir(folder), ["data"])
	make_index(path)
	expect("an index of root", use_of(path, preexec_fn=nobody), "used")
	os.chown(path + ".mmri", 12345, 12345)
	expect("an index of another user", (use_of(path), use_of(path, preexec_fn=nobody)), (None, None))
	expect("-i of an index of another user", state_of(path), "foreign")
	os.chown(path, 12345, 12345)
	make_index(path)
	expect("an index of the owner of the file", use_of(path), "used")
	os.chmod(path + ".mmri", 0o600)
	expect("an index that cannot be read", result_of(mmcat("-l70:75", path, preexec_fn=nobody)), (0, wanted, b""))
	shown = json.loads(mmcat("-i", "--json", path, preexec_fn=nobody).stdout)
	expect("-i of an index that cannot be read", shown["index_state"], "unreadable")


def main():
	rng = random.Random(SEED)
	answers(rng)
	states(rng)
	places(rng)
	failures(rng)
	changes(rng, 150)
	return expectations.status()


sys.exit(main())
