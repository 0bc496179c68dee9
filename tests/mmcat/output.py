#!/usr/bin/env python3
"""output.py - outputs that a shell cannot make: non-blocking pipes, sockets, odd offsets

	output.py MMCAT FOLDER

Prints what went wrong; exit 1 then.

SPDX-License-Identifier: MIT
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import expectations
from expectations import expect

MIB = 1 << 20
CONTENT = b"".join(b"%d bottles of bytes on the wall\n" % i for i in range(150000))
LINES = CONTENT.splitlines(True)
WANTED = [
	([], CONTENT),
	(["-b", "100:-100"], CONTENT[100:-100]),
	(["-l", "3:140000"], b"".join(LINES[3:140000])),
	(["-r"], b"".join(LINES[::-1])),
	(["-c"], b"150000\n"),
]


def start(args, **how):
	return subprocess.Popen([PROGRAM] + args, stderr=subprocess.PIPE, **how)


def finish(process):
	err = process.stderr.read().decode()
	process.stderr.close()
	return process.wait(), err


def drain(fd, pause):
	"""Reads to the end, slowly, so that the writer meets a full pipe again and again."""
	pieces = []
	while True:
		piece = os.read(fd, 200000)
		if not piece:
			return b"".join(pieces)
		pieces.append(piece)
		time.sleep(pause)


def check_nonblocking_pipe():
	"""Another process made the pipe non-blocking: mmcat waits and loses nothing."""
	for args, wanted in WANTED:
		for feed in None, CONTENT:
			reader, writer = os.pipe()
			fcntl.fcntl(writer, fcntl.F_SETFL, os.O_WRONLY | os.O_NONBLOCK)
			if feed:
				process = start(args, stdin=subprocess.PIPE, stdout=writer)
				thread = threading.Thread(target=feed_all, args=(process.stdin,))
				thread.start()
			else:
				process = start(args + [FILE], stdout=writer)
			os.close(writer)
			got = drain(reader, 0.001)
			os.close(reader)
			source = "a pipe" if feed else "a file"
			name = "non-blocking pipe, %s from %s" % (args, source)
			expect(name, finish(process), (0, ""))
			expect(name, got == wanted, True)
			if feed:
				thread.join()


def feed_all(pipe):
	try:
		pipe.write(CONTENT)
		pipe.close()
	except BrokenPipeError:
		pass  # the reader closes when it has read enough


def check_socket():
	for args, wanted in WANTED:
		ours, theirs = socket.socketpair()
		process = start(args + [FILE], stdout=theirs)
		theirs.close()
		got = drain(ours.fileno(), 0)
		ours.close()
		expect("to a socket, %s" % args, (finish(process), got == wanted), ((0, ""), True))
	for args, wanted in WANTED:
		ours, theirs = socket.socketpair()
		process = start(args, stdin=theirs, stdout=subprocess.PIPE)
		theirs.close()
		thread = threading.Thread(target=send_all, args=(ours,))
		thread.start()
		got = drain(process.stdout.fileno(), 0)
		process.stdout.close()
		thread.join()
		name = "from a socket, %s" % args
		expect(name, (finish(process), got == wanted), ((0, ""), True))


def send_all(ours):
	try:
		ours.sendall(CONTENT)
	except BrokenPipeError:
		pass
	ours.close()


def check_nonblocking_socket():
	for args, wanted in WANTED:
		ours, theirs = socket.socketpair()
		theirs.setblocking(False)
		process = start(args + [FILE], stdout=theirs)
		theirs.close()
		got = drain(ours.fileno(), 0.001)
		ours.close()
		name = "to a non-blocking socket, %s" % args
		expect(name, (finish(process), got == wanted), ((0, ""), True))


def check_small_pipe():
	"""A pipe of one page makes every step short."""
	for args, wanted in WANTED:
		reader, writer = os.pipe()
		if sys.platform == "linux":
			fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
		process = start(args + [FILE, FILE], stdout=writer)
		os.close(writer)
		got = drain(reader, 0)
		os.close(reader)
		if args == ["-c"]:
			line = FILE.encode() + b":" + wanted
			expect("two files", got, line * 2)
		else:
			expect("two files, %s" % args, got == wanted * 2, True)
		expect("two files, %s" % args, finish(process), (0, ""))


def check_offsets_of_files():
	"""Standard output is at an offset in a file, or appends to it."""
	path = FILE + ".out"
	for args, wanted in WANTED:
		for flags in os.O_RDWR, os.O_WRONLY | os.O_APPEND:
			with open(path, "wb") as file:
				file.write(b"." * 1000)
			fd = os.open(path, flags)
			os.lseek(fd, 500, os.SEEK_SET)
			process = start(args + [FILE], stdout=fd)
			expect("file", finish(process), (0, ""))
			end = os.lseek(fd, 0, os.SEEK_CUR)
			os.close(fd)
			keep = 1000 if flags & os.O_APPEND else 500
			with open(path, "rb") as file:
				got = file.read()
			tail = b"." * max(0, 1000 - keep - len(wanted))
			expect("file, %s" % args, got == b"." * keep + wanted + tail, True)
			expect("offset of the file, %s" % args, end, keep + len(wanted))


def check_input_offset():
	"""Descriptor 0 is directly after the bytes that were used, whatever its offset before."""
	begin = len(b"".join(LINES[:1000]))
	cases = [
		([], CONTENT[begin:], len(CONTENT)),
		(["-b", "10:20"], CONTENT[begin + 10:begin + 20], begin + 20),
		(["-b", "10:9999999999"], CONTENT[begin + 10:], len(CONTENT)),
		(["-l", "1:3"], b"".join(LINES[1001:1003]), len(b"".join(LINES[:1003]))),
		(["-l", ":-5"], b"".join(LINES[1000:-5]), len(b"".join(LINES[:-5]))),
		(["-c", "-l", "0:7"], b"7\n", len(b"".join(LINES[:1007]))),
		(["-r", "-l", "0:2"], LINES[1001] + LINES[1000], len(b"".join(LINES[:1002]))),
	]
	for args, wanted, end in cases:
		fd = os.open(FILE, os.O_RDONLY)
		os.lseek(fd, begin, os.SEEK_SET)
		process = start(args, stdin=fd, stdout=subprocess.PIPE)
		got = drain(process.stdout.fileno(), 0)
		process.stdout.close()
		expect("input offset, %s" % args, finish(process), (0, ""))
		expect("input offset, %s" % args, got == wanted, True)
		expect("input offset, %s" % args, os.lseek(fd, 0, os.SEEK_CUR), end)
		os.close(fd)


def check_broken_pipe():
	"""SIGPIPE kills mmcat without a message; if SIGPIPE is ignored, there is a message."""
	everything = [(args, source) for args, _ in WANTED for source in ("file", "pipe")]
	for args, source in everything:
		for ignored in False, True:
			reader, writer = os.pipe()
			os.close(reader)
			feeder = None
			if source == "pipe":
				feeder = subprocess.Popen(["cat", FILE], stdout=subprocess.PIPE)
			process = start(args + ([] if feeder else [FILE]), stdout=writer,
				stdin=feeder.stdout if feeder else None,
				preexec_fn=lambda: signal.signal(signal.SIGPIPE,
					signal.SIG_IGN if ignored else signal.SIG_DFL),
				restore_signals=False)
			os.close(writer)
			if feeder:
				feeder.stdout.close()
			wanted = (2, "mmcat: cannot write to standard output: Broken pipe\n") if ignored else (
				-signal.SIGPIPE, "")
			expect("broken pipe, %s from a %s, %s" % (args, source,
				"ignored" if ignored else "default"), finish(process), wanted)
			if feeder:
				feeder.wait()


PROGRAM, FOLDER = sys.argv[1:3]
FILE = os.path.join(FOLDER, "bottles")
with open(FILE, "wb") as made:
	made.write(CONTENT)
check_nonblocking_pipe()
check_socket()
check_nonblocking_socket()
check_small_pipe()
check_offsets_of_files()
check_input_offset()
check_broken_pipe()
sys.exit(expectations.status())
