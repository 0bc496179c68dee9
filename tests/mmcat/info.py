#!/usr/bin/env python3
"""info.py - compares the facts that mmcat -i prints about files with the known facts

	info.py MMCAT FOLDER

Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import json
import mmap
import os
import random
import re
import subprocess
import sys
import threading

import expectations
from expectations import expect

MMCAT, FOLDER = sys.argv[1:3]
PAGE = mmap.PAGESIZE
MIB = 1 << 20
BLOCKS = " ▁▂▃▄▅▆▇█"
SIGNS = " .:-=+*#@"


def run(*args, **how):
	how.setdefault("env", {**os.environ, "COLUMNS": "60"})
	result = subprocess.run([MMCAT, "-i", *args], capture_output=True, **how)
	expect("%s: status (%r)" % (args, result.stderr), result.returncode, 0)
	return result.stdout.decode()


def facts_of(*args, **how):
	"""Returns: the facts of one section by name, and the picture."""
	facts = {}
	for line in run(*args, **how).splitlines():
		facts[line[:11].rstrip().rstrip(":") or "picture"] = line[11:]
	return facts


def write(name, content):
	path = os.path.join(FOLDER, name)
	with open(path, "wb") as file:
		file.write(content)
	return path


def line_ends(content):
	crlf, all = content.count(b"\r\n"), content.count(b"\n")
	if crlf and crlf < all:
		return "mixed: %d CRLF, %d LF" % (crlf, all - crlf)
	return "CRLF" if crlf else "LF" if all else "none"


def contents():
	rng = random.Random(6)
	for content in (b"", b"x", b"\n", b"\r\n", b"a\nb\r\nc", b"a\r\nb\r\n", b"x" * 3000 + b"\n\r",
			b"".join(rng.choice([b"\r\n", b"\n", b"\r", b"some text"]) for _ in range(500000)),
			b"\r\n" * 1000000):
		path = write("file", content)
		lines = content.split(b"\n")
		n_lines = len(lines) - (lines[-1] == b"")
		wanted = {
			"lines": "%d" % n_lines,
			"longest": "%d bytes" % max(map(len, lines)) if max(map(len, lines)) != 1 else "1 byte",
			"line ends": line_ends(content),
			"last line": "without a delimiter" if lines[-1] else None,
		}
		for how, facts in (("file", facts_of(path)), ("piped", facts_of(input=content)),
				("one thread", facts_of("-j1", path))):
			for name, text in wanted.items():
				got = facts.get(name)
				if name == "longest" and got:
					got = re.sub(r" \(.*\)$", "", got)
				expect("%s of %.20r, %s" % (name, content, how), got, text)
			expect("size", facts["size"].split()[0], "%d" % len(content))
		object = json.loads(run("--json", path))
		expect("JSON of %.20r" % content, [object[name] for name in ("size", "lines", "longest",
			"crlf", "line_ends", "unterminated")], [len(content), n_lines, max(map(len, lines)),
			content.count(b"\r\n"), line_ends(content).partition(":")[0], bool(lines[-1])])
	facts = facts_of("-d", "b", write("file", b"abcabca"))
	expect("another delimiter", (facts["lines"], facts["longest"], facts.get("line ends")),
		("3", "2 bytes", None))


def kinds():
	for content, type, mime, encoding in ((b"plain\n", "ASCII text", "text/plain", "us-ascii"),
			("grün\n".encode(), "UTF-8", "text/plain", "utf-8"),
			(b"\x7fELF\x02\x01\x01" + bytes(60), "ELF", "application/", "binary")):
		facts = facts_of(write("file", content))
		expect("kind of %.10r" % content, (type in facts["type"], facts["mime"].startswith(mime),
			facts["encoding"]), (True, True, encoding))


def sections():
	path = write("file", b"x\n")
	expect("two sections", re.findall("^file: .*$|^$", run(path, path).strip(), re.M),
		["file:      " + path, "", "file:      " + path])
	# Inputs without storage.
	for facts in facts_of(input=b"x\n"), facts_of("/proc/version"):
		expect("no storage", [name for name in facts if name in ("on disk", "holes", "in memory")], [])
	with open(path, "rb") as file:
		file.seek(1)
		expect("standard input from 1 on", facts_of(stdin=file)["size"], "1 byte")


def storage():
	path = os.path.join(FOLDER, "sparse")
	with open(path, "wb") as file:
		file.truncate(8 << 40)
		os.pwrite(file.fileno(), b"island\n" * 10000, 3 * MIB)
		os.pwrite(file.fileno(), b"island\n" * 10000, 5 << 40)
		os.fsync(file.fileno())
		blocks = os.fstat(file.fileno()).st_blocks
	object = json.loads(run("--json", path))
	expect("on disk", object["on_disk"], blocks * 512)
	expect("holes", object["holes"], 3)
	if not (8 << 40) - 200000 < object["hole_bytes"] <= (8 << 40) - 140000:
		expect("bytes in holes", object["hole_bytes"], 8 << 40)
	expect("sizes", [facts_of(path)[name] for name in ("size", "holes")],
		["8796093022208 bytes (8.0 TiB)", "%d bytes (8.0 TiB) in 3" % object["hole_bytes"]])
	expect("a part", json.loads(run("--json", "-b1M:2M", path))["on_disk"], None)
	os.unlink(path)


def growth():
	"""A log that grows during the run has no holes."""
	path = write("file", b"some text\n" * 3000000)
	stop = threading.Event()

	def grow():
		with open(path, "ab", buffering=0) as file:
			while not stop.is_set():
				file.write(b"more text\n")

	writer = threading.Thread(target=grow)
	writer.start()
	try:
		for args in [], ["-l2999000:"], ["-l-5:"]:
			object = json.loads(run("--json", *args, path))
			expect("%s: holes while it grows" % args, object["holes"], 0)
	finally:
		stop.set()
		writer.join()


def pictures():
	"""Half of a file is in memory, or nothing, or all."""
	path = write("file", b"some text\n" * (32 * MIB // 10))
	with open(path, "rb") as file:
		fd = file.fileno()
		os.fsync(fd)
		os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
		os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
		object = json.loads(run("--json", path))
		if object["cached"] is None:
			print("left out: the kernel does not report what is in memory")
			return
		os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
		with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as map:
			map.madvise(mmap.MADV_RANDOM)
			kept = 0
			for off in range(0, 16 * MIB, PAGE):
				kept += map[off]
	# The picture is drawn before mmcat reads the contents, which loads them again.
	facts = facts_of(path, env={**os.environ, "COLUMNS": "60", "LC_ALL": "C.UTF-8"})
	picture = facts["picture"]
	expect("width of the picture", (len(picture), picture[0], picture[-1]), (60 - 11 - 1, "|", "|"))
	percent = float(facts["in memory"].split()[0])
	if not (45 <= percent <= 55 and set(picture[1:20]) == {"█"} and set(picture[-20:-1]) == {" "}):
		expect("half of it in memory", (percent, picture), (50, "the first half full"))
	facts = facts_of(path, env={**os.environ, "COLUMNS": "30", "LC_ALL": "C"})
	expect("all of it in memory", (facts["in memory"], facts["picture"]),
		("100.0 %", "|" + "@" * 16 + "|"))
	for columns in "1", "14", "15", "400", "100000", "-3", "", "x":
		env = {**os.environ, "COLUMNS": columns}
		width = int(columns) if columns in ("14", "15", "400") else 1 if columns == "1" else 80
		expect("%s columns" % columns, len(facts_of(path, env=env)["picture"]), max(width - 12, 3))


def unknown():
	if os.geteuid() != 0:
		print("left out: only root can run as a user who may not see the residency")
		return
	path = write("file", b"x" * MIB)
	os.chmod(path, 0o444)
	os.chmod(FOLDER, 0o755)
	try:
		facts = facts_of(path, preexec_fn=lambda: os.setuid(65534))
	except PermissionError:
		print("left out: another user cannot run the program in its folder")
		return
	expect("in memory, for another user", (facts["in memory"], "picture" in facts),
		("unknown: the kernel reports it only to users who own the file or can write to it", False))


contents()
kinds()
sections()
storage()
growth()
pictures()
unknown()
sys.exit(expectations.status())
