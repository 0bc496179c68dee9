#!/usr/bin/env python3
"""combinations.py - every selection with every action on every kind of input

	combinations.py MMCAT FOLDER

The oracle is Python's slicing. What cannot be made on this machine is left out, which is said.
Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import contextlib
import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading

from selections import lines_of, shard_of, shorten
from views import hex_view

MMCAT, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
SECTOR = 512


class LeftOut(Exception):
	"""Why there is no such input here."""


# --- Inputs: each gives arguments, more for the call, the bytes, and where in the file they begin ----


def make_content():
	rng = random.Random(7)
	words = [b"a line\n", b"crlf\r\n", b"needle", b" need", b"\n", b"\0\0", b"\t\xff\xc3", b"x" * 500]
	content = b"".join(rng.choice(words) for _ in range(5000))
	return content[:len(content) // SECTOR * SECTOR]


def write(name, content):
	path = os.path.join(FOLDER, name)
	with open(path, "wb") as file:
		file.write(content)
	return path


@contextlib.contextmanager
def a_path(content):
	yield [write("file", content)], {}, content, 0


@contextlib.contextmanager
def a_path_read_plainly(content):
	yield ["--no-mmap", write("file", content)], {}, content, 0


@contextlib.contextmanager
def a_path_for_three_threads(content):
	yield ["-j3", write("file", content)], {}, content, 0


@contextlib.contextmanager
def a_small_path(content):
	yield [write("small", content[:9999])], {}, content[:9999], 0


@contextlib.contextmanager
def standard_input(content, off=0):
	with open(write("file", content), "rb") as file:
		os.lseek(file.fileno(), off, os.SEEK_SET)
		yield [], {"stdin": file}, content[off:], off


def standard_input_at_an_offset(content):
	return standard_input(content, 4321)


@contextlib.contextmanager
def an_unlinked_file(content):
	path = write("gone", content)
	with open(path, "rb") as file:
		os.unlink(path)
		fd = file.fileno()
		yield ["/proc/self/fd/%d" % fd], {"pass_fds": [fd]}, content, 0


@contextlib.contextmanager
def a_sparse_file(content):
	path = os.path.join(FOLDER, "sparse")
	content = bytes(1 << 20) + content + bytes(1 << 20)
	with open(path, "wb") as file:
		file.truncate(len(content))
		os.pwrite(file.fileno(), content[1 << 20:-1 << 20], 1 << 20)
	yield [path], {}, content, 0


@contextlib.contextmanager
def fed(content, step, reader, take, close):
	"""A thread writes, until nobody wants more."""
	def run():
		with contextlib.suppress(BrokenPipeError, ConnectionResetError):
			for at in range(0, len(content), step):
				take(content[at:at + step])
		close()
	thread = threading.Thread(target=run)
	thread.start()
	yield [], {"stdin": reader}, content, 0
	# Only now, so that the writer gets EPIPE.
	os.close(reader)
	thread.join()


def a_pipe(content, step=1 << 16):
	reader, writer = os.pipe()
	file = open(writer, "wb", buffering=0)

	def take(bytes):
		while bytes:
			bytes = bytes[file.write(bytes):]
	return fed(content, step, reader, take, file.close)


def a_pipe_in_small_pieces(content):
	return a_pipe(content, 997)


def a_socket(content):
	ours, theirs = socket.socketpair()
	return fed(content, 5000, theirs.detach(), ours.sendall, ours.close)


@contextlib.contextmanager
def a_named_pipe(content):
	path = os.path.join(FOLDER, "fifo")
	os.mkfifo(path)

	def run():
		with contextlib.suppress(BrokenPipeError), open(path, "wb", buffering=0) as file:
			left = content
			while left:
				left = left[file.write(left):]
	thread = threading.Thread(target=run)
	thread.start()
	yield [path], {}, content, 0
	thread.join()
	os.unlink(path)


@contextlib.contextmanager
def a_made_up_file(path):
	try:
		with open(path, "rb") as file:
			content = file.read()
	except OSError as error:
		raise LeftOut(error) from error
	yield [path], {}, content, 0


def of_proc(_):
	return a_made_up_file("/proc/kallsyms")


def of_proc_small(_):
	return a_made_up_file("/proc/filesystems")


def of_sys(_):
	return a_made_up_file("/sys/devices/system/cpu/possible")


@contextlib.contextmanager
def a_block_device(content):
	path = write("disk", content)
	try:
		made = subprocess.run(["losetup", "-f", "--show", "-r", path], capture_output=True, text=True)
	except OSError as error:
		raise LeftOut(error) from error
	if made.returncode != 0:
		raise LeftOut(made.stderr.strip())
	device = made.stdout.strip()
	try:
		yield [device], {}, content, 0
	finally:
		subprocess.run(["losetup", "-d", device], check=True)


INPUTS = [a_path, a_path_read_plainly, a_path_for_three_threads, a_small_path, standard_input,
	standard_input_at_an_offset, an_unlinked_file, a_sparse_file, a_pipe, a_pipe_in_small_pieces,
	a_socket, a_named_pipe, of_proc, of_proc_small, of_sys, a_block_device]
STREAMS = [a_pipe, a_pipe_in_small_pieces, a_socket, a_named_pipe]


# --- Selections: options, and where they begin and end ----------------------------------------------

# What -b, -l and -s choose, by their arguments. No option: all.
PARTS = [[], [("-b1000:70001", slice(1000, 70001))], [("-b-5000:-7", slice(-5000, -7))],
	[("-b17:+0x4000", slice(17, 17 + 0x4000))], [("-b5:2", slice(5, 2))], [("-l10:200", slice(10, 200))],
	[("-l-30:-2", slice(-30, -2))], [("-l5", slice(5, 6))], [("-l11,200", slice(10, 200))],
	[("-s2/3", (2, 3))], [("-s1/1", (1, 1))],
	[("-l:3", slice(3)), ("-l-5:", slice(-5, None))],
	[("-b70000:+9", slice(70000, 70009)), ("-l2:4", slice(2, 4)), ("-b2000:5000", slice(2000, 5000))]]


def starts_of(content, by_records):
	"""Where each line, or record of one byte, begins, and where the last one ends."""
	if by_records:
		return range(len(content) + 1)
	starts = [0]
	for line in lines_of(content, b"\n"):
		starts.append(starts[-1] + len(line))
	return starts


def shard_start(content, k, n, by_records):
	if by_records:
		return len(content) // n * k + min(k, len(content) % n)
	return sum(len(shard_of(content, b"\n", i, n)) for i in range(1, k + 1))


def span_of(content, option, where, by_records):
	if option[1] == "s":
		k, n = where
		return shard_start(content, k - 1, n, by_records), shard_start(content, k, n, by_records)
	starts = starts_of(content, by_records or option[1] == "b")
	start, stop, _ = where.indices(len(starts) - 1)
	return starts[start], starts[max(start, stop)]


def spans_of(content, part, by_records):
	return [span_of(content, *each, by_records) for each in part] or [(0, len(content))]


# --- Actions: options, and what they print of parts, each with the offset of its first byte ----------


def each(action):
	return lambda parts: b"".join(action(part, first) for part, first in parts)


def lines_of_all(parts):
	return [line for part, _ in parts for line in lines_of(part, b"\n")]


def places(parts):
	return [b"%d\n" % (first + match.start()) for part, first in parts
		for match in re.finditer(b"needle", part)]


def reverse(part, _):
	return b"".join(line if line.endswith(b"\n") else line + b"\n"
		for line in reversed(lines_of(part, b"\n")))


def numbers(part, _):
	return b"".join(b"%d\n" % value for (value,) in struct.iter_unpack("<B", part))


def facts(parts):
	return [{"size": len(part), "lines": len(lines), "crlf": part.count(b"\r\n"),
		"longest": max((len(line.rstrip(b"\n")) for line in lines), default=0),
		"unterminated": part[-1:] not in (b"", b"\n")}
		for part, _ in parts for lines in [lines_of(part, b"\n")]]


ACTIONS = {
	"print": ([], each(lambda part, _: part)),
	"print some": (["-m7"], lambda parts: b"".join(lines_of_all(parts)[:7])),
	"count": (["-c"], lambda parts: b"%d\n" % len(lines_of_all(parts))),
	"count some": (["-c", "-m7"], lambda parts: b"%d\n" % len(lines_of_all(parts)[:7])),
	"reverse": (["-r"], each(reverse)),
	"find": (["-e", "needle"], lambda parts: b"".join(places(parts))),
	"find some": (["-e", "needle", "-m3"], lambda parts: b"".join(places(parts)[:3])),
	"count found": (["-c", "-e", "needle"], lambda parts: b"%d\n" % len(places(parts))),
	"pattern": (["-E", "ne+d(?=le)le"], lambda parts: b"".join(places(parts))),
	"count pattern": (["-c", "-E", "needle"], lambda parts: b"%d\n" % len(places(parts))),
	"hex": (["-x"], each(lambda part, first: hex_view(part, first, 16))),
	"numbers": (["-t", "u8"], each(numbers)),
	"some numbers": (["-t", "u8", "-m9"], lambda parts: b"".join(each(numbers)(parts).splitlines(True)[:9])),
	"count numbers": (["-c", "-t", "u8"], lambda parts: b"%d\n" % sum(len(part) for part, _ in parts)),
	"info": (["-i", "--json"], facts),
	"follow": (["-f"], each(lambda part, _: part)),
}
MAY_FIND_NOTHING = ["find", "find some", "count found", "pattern", "count pattern"]


def bytes_of(view):
	"""What a hex view of 16 bytes a row shows, from its first offset on."""
	shown, at, before = bytearray(), None, b""
	for row in view.decode().splitlines():
		if row == "*":
			continue
		off = int(row[:8], 16)
		at = off if at is None else at
		# Rows that are left out repeat the last one, or are those of a hole.
		while at + len(shown) < off:
			shown += before[:off - at - len(shown)]
		before = bytes.fromhex(row[8:58]) if " |" in row else bytes(1 << 20)
		shown += before if " |" in row else b""
	return bytes(shown)


def makes_sense(input, part, action):
	options = [option for option, _ in part]
	if action == "follow":
		# What has no end would have to be waited for; and a small file is all before it.
		bounded = options in (["-l10:200"], ["-b17:+0x4000"])
		return input in STREAMS and len(options) < 2 and not is_shard(part) \
			and "-" not in "".join(options)[1:] \
			or bounded and input in (a_path, standard_input, an_unlinked_file, a_sparse_file)
	# What is shown of holes is compared as a whole.
	return action != "hex" or input is not a_sparse_file or len(part) < 2


def is_shard(part):
	return part[:1] != [] and part[0][0][1] == "s"


def run(name, input, part, action, content):
	options, expected = ACTIONS[action]
	if not makes_sense(input, part, action):
		return None
	with input(content) as (args, more, data, base):
		spans = spans_of(data, part, "numbers" in action)
		args = [*(option for option, _ in part), *options, *args]
		done = subprocess.run([MMCAT, *args], capture_output=True, timeout=60, **more)
	printed, status, said = done.stdout, 0, b""
	wanted = expected([(data[start:stop], base + start) for start, stop in spans])
	if input in STREAMS and is_shard(part):
		wanted, status = b"", 2
		if done.stderr.endswith(b": has no size by which shards could be cut\n"):
			said = done.stderr
	elif action == "info":
		printed = [{name: shown.get(name) for name in wanted[0]}
			for shown in map(json.loads, printed.splitlines())]
	elif action == "hex" and input is a_sparse_file:
		printed, wanted = bytes_of(printed), data[spans[0][0]:spans[0][1]]
	elif action in MAY_FIND_NOTHING and wanted in (b"", b"0\n"):
		status = 1
	if (done.returncode, printed, done.stderr) == (status, wanted, said):
		return True
	print("%s: mmcat %s:" % (name, " ".join(args)))
	print("\tstatus %d, printed %s,\n\twanted %d, %s\n\t%r" % (done.returncode, shorten(printed),
		status, shorten(wanted), done.stderr))
	return False


def main():
	content = make_content()
	n_runs = n_wrong = 0
	for input in INPUTS:
		name = input.__name__.replace("_", " ")
		try:
			for part in PARTS:
				for action in ACTIONS:
					right = run(name, input, part, action, content)
					n_runs += right is not None
					n_wrong += right is False
		except LeftOut as reason:
			print("left out: %s: %s" % (name, reason))
	print("%d runs, %d wrong" % (n_runs, n_wrong))
	return n_wrong > 0 or n_runs < 2500


sys.exit(main())
