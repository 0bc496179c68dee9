#!/usr/bin/env python3
"""combinations.py - every selection with every action on every kind of input

	combinations.py MMCAT FOLDER

The oracle is Python's slicing. Inputs that cannot be made on this machine are left out, and named.
Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import collections
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
	"""The reason why this input cannot be made here."""


# --- Inputs: arguments of mmcat and of the call, the bytes, and their offset in the file -------------


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
def a_path_without_map(content):
	yield ["--no-mmap", write("file", content)], {}, content, 0


@contextlib.contextmanager
def a_path_for_three_threads(content):
	yield ["-j3", write("file", content)], {}, content, 0


@contextlib.contextmanager
def a_path_with_an_index(content):
	"""The index of a file of this size is in memory; mmcat/index.sh tests the others."""
	yield ["--index", write("file", content)], {}, content, 0


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
	"""A thread writes the content until the reader closes."""
	def run():
		with contextlib.suppress(BrokenPipeError, ConnectionResetError):
			for at in range(0, len(content), step):
				take(content[at:at + step])
		close()
	thread = threading.Thread(target=run)
	thread.start()
	yield [], {"stdin": reader}, content, 0
	# Closed only after mmcat has ended, so that the writer gets EPIPE.
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
def a_pseudo_file(path):
	try:
		with open(path, "rb") as file:
			content = file.read()
	except OSError as error:
		raise LeftOut(error) from error
	yield [path], {}, content, 0


def a_file_of_proc(_):
	return a_pseudo_file("/proc/kallsyms")


def a_small_file_of_proc(_):
	return a_pseudo_file("/proc/filesystems")


def a_file_of_sys(_):
	return a_pseudo_file("/sys/devices/system/cpu/possible")


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


INPUTS = [a_path, a_path_without_map, a_path_for_three_threads, a_path_with_an_index,
	a_small_path, standard_input,
	standard_input_at_an_offset, an_unlinked_file, a_sparse_file, a_pipe, a_pipe_in_small_pieces,
	a_socket, a_named_pipe, a_file_of_proc, a_small_file_of_proc, a_file_of_sys, a_block_device]
STREAMS = [a_pipe, a_pipe_in_small_pieces, a_socket, a_named_pipe]


# --- Selections: options, and where they start and stop -------------------------------------------

# Lists of options with their selections. No option selects all.
SELECTIONS = [[], [("-b1000:70001", slice(1000, 70001))], [("-b-5000:-7", slice(-5000, -7))],
	[("-b17:+0x4000", slice(17, 17 + 0x4000))], [("-b5:2", slice(5, 2))], [("-l10:200", slice(10, 200))],
	[("-l-30:-2", slice(-30, -2))], [("-l5", slice(5, 6))], [("-l11,200", slice(10, 200))],
	[("-s2/3", (2, 3))], [("-s1/1", (1, 1))],
	[("-l:3", slice(3)), ("-l-5:", slice(-5, None))],
	[("-b70000:+9", slice(70000, 70009)), ("-l2:4", slice(2, 4)), ("-b2000:5000", slice(2000, 5000))]]


def starts_of(content, by_records):
	"""The start of each line, or of each record of one byte, and the end of the last one."""
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


def spans_of(content, selection, by_records):
	return [span_of(content, *each, by_records) for each in selection] or [(0, len(content))]


# --- Actions: options, and what they print for slices, each with its offset -----------------------


def each(action):
	return lambda slices: b"".join(action(data, first) for data, first in slices)


def lines_of_all(slices):
	return [line for data, _ in slices for line in lines_of(data, b"\n")]


def offsets(slices):
	return [b"%d\n" % (first + match.start()) for data, first in slices
		for match in re.finditer(b"needle", data)]


def ended(line):
	return line if line.endswith(b"\n") else line + b"\n"


def lines_with(data, first):
	"""The lines with the text as they are printed, each with its offset."""
	for line in lines_of(data, b"\n"):
		if b"needle" in line:
			yield first, ended(line)
		first += len(line)


def found(slices):
	return [line for data, first in slices for _, line in lines_with(data, first)]


def others(data, _):
	return b"".join(ended(line) for line in lines_of(data, b"\n") if b"needle" not in line)


def with_offsets(data, first):
	return b"".join(b"%d:%s" % pair for pair in lines_with(data, first))


def last_found(slices):
	# Each selection is reversed by itself, and -m counts in all of them.
	return [line for part in slices for line in reversed(found([part]))]


def reverse(data, _):
	return b"".join(map(ended, reversed(lines_of(data, b"\n"))))


def numbers(data, _):
	return b"".join(b"%d\n" % value for (value,) in struct.iter_unpack("<B", data))


def distinct(lines):
	"""Each line once, with its count, in the order of first appearance."""
	counts = collections.Counter(map(ended, lines))
	return b"".join(b"%d\t%s" % (n, line) for line, n in counts.items())


def facts(slices):
	return [{"size": len(data), "lines": len(lines), "crlf": data.count(b"\r\n"),
		"longest": max((len(line.rstrip(b"\n")) for line in lines), default=0),
		"unterminated": data[-1:] not in (b"", b"\n")}
		for data, _ in slices for lines in [lines_of(data, b"\n")]]


ACTIONS = {
	"print": ([], each(lambda data, _: data)),
	"print some": (["-m7"], lambda slices: b"".join(lines_of_all(slices)[:7])),
	"count": (["-c"], lambda slices: b"%d\n" % len(lines_of_all(slices))),
	"count some": (["-c", "-m7"], lambda slices: b"%d\n" % len(lines_of_all(slices)[:7])),
	"reverse": (["-r"], each(reverse)),
	"find": (["-e", "needle"], lambda slices: b"".join(found(slices))),
	"find some": (["-e", "needle", "-m3"], lambda slices: b"".join(found(slices)[:3])),
	"find offsets": (["--offsets", "-e", "needle"], lambda slices: b"".join(offsets(slices))),
	"find others": (["-v", "-e", "needle"], each(others)),
	"find backwards": (["-r", "-e", "needle", "-m3"], lambda slices: b"".join(last_found(slices)[:3])),
	"count found": (["-c", "-e", "needle"], lambda slices: b"%d\n" % len(found(slices))),
	"pattern": (["-O", "-E", "ne+d(?=le)le"], each(with_offsets)),
	"pattern offsets": (["--offsets", "-E", "ne+dle"], lambda slices: b"".join(offsets(slices))),
	"count pattern": (["-c", "-o", "-E", "needle"], lambda slices: b"%d\n" % len(offsets(slices))),
	"distinct lines": (["-u"], lambda slices: distinct(lines_of_all(slices))),
	"distinct lines backwards": (["-u", "-r", "-m9"],
		lambda slices: distinct([line for part in slices for line in lines_of_all([part])[::-1]][:9])),
	"find distinct": (["-u", "-e", "needle", "-m5"], lambda slices: distinct(found(slices)[:5])),
	"distinct numbers": (["-u", "-t", "u8"], lambda slices: distinct(each(numbers)(slices).splitlines(True))),
	"hex": (["-x"], each(lambda data, first: hex_view(data, first, 16))),
	"numbers": (["-t", "u8"], each(numbers)),
	"some numbers": (["-t", "u8", "-m9"], lambda slices: b"".join(each(numbers)(slices).splitlines(True)[:9])),
	"last numbers": (["-t", "u8", "-r", "-m9"],
		lambda slices: b"".join(
			[line for part, _ in slices for line in numbers(part, 0).splitlines(True)[::-1]][:9])),
	"count numbers": (["-c", "-t", "u8"], lambda slices: b"%d\n" % sum(len(data) for data, _ in slices)),
	"info": (["-i", "--json"], facts),
	"follow": (["-f"], each(lambda data, _: data)),
}
MAY_FIND_NOTHING = [name for name in ACTIONS if "find" in name or "found" in name or "pattern" in name]


def bytes_of(view):
	"""The bytes that a hex view of 16 bytes a row shows, from its first offset on."""
	shown, at, before = bytearray(), None, b""
	for row in view.decode().splitlines():
		if row == "*":
			continue
		off = int(row[:8], 16)
		at = off if at is None else at
		# Rows that are left out repeat the previous row, or are a hole.
		while at + len(shown) < off:
			shown += before[:off - at - len(shown)]
		before = bytes.fromhex(row[8:58]) if " |" in row else bytes(1 << 20)
		shown += before if " |" in row else b""
	return bytes(shown)


def is_possible(input, selection, action):
	options = [option for option, _ in selection]
	if input is a_path_with_an_index and (action == "follow" or "numbers" in action):
		return False
	if action == "follow":
		# -f ends by itself for streams, and for a file if the selection has an end within it.
		bounded = options in (["-l10:200"], ["-b17:+0x4000"])
		return input in STREAMS and len(options) < 2 and not is_shard(selection) \
			and "-" not in "".join(options)[1:] \
			or bounded and input in (a_path, standard_input, an_unlinked_file, a_sparse_file)
	# The view of a sparse file is compared by its bytes, so it must be one selection.
	return action != "hex" or input is not a_sparse_file or len(selection) < 2


def is_shard(selection):
	return selection[:1] != [] and selection[0][0][1] == "s"


def run(name, input, selection, action, content):
	options, expected = ACTIONS[action]
	if not is_possible(input, selection, action):
		return None
	with input(content) as (args, more, data, base):
		spans = spans_of(data, selection, "numbers" in action)
		args = [*(option for option, _ in selection), *options, *args]
		done = subprocess.run([MMCAT, *args], capture_output=True, timeout=60, **more)
	printed, status, messages = done.stdout, 0, b""
	wanted = expected([(data[start:stop], base + start) for start, stop in spans])
	if input in STREAMS and is_shard(selection):
		wanted, status = b"", 2
		if done.stderr.endswith(b": cannot divide into shards: size is unknown; save the input to a file first\n"):
			messages = done.stderr
	elif action == "info":
		printed = [{name: shown.get(name) for name in wanted[0]}
			for shown in map(json.loads, printed.splitlines())]
	elif action == "hex" and input is a_sparse_file:
		printed, wanted = bytes_of(printed), data[spans[0][0]:spans[0][1]]
	elif action in MAY_FIND_NOTHING and wanted in (b"", b"0\n"):
		status = 1
	if (done.returncode, printed, done.stderr) == (status, wanted, messages):
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
			for selection in SELECTIONS:
				for action in ACTIONS:
					right = run(name, input, selection, action, content)
					n_runs += right is not None
					n_wrong += right is False
		except LeftOut as reason:
			print("left out: %s: %s" % (name, reason))
	print("%d runs, %d wrong" % (n_runs, n_wrong))
	return n_wrong > 0 or n_runs < 2700


sys.exit(main())
