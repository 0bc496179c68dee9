#!/usr/bin/env python3
"""mmcat_terminal.py - mmcat with a terminal at its ends: progress, the binary guard, colour

	mmcat_terminal.py MMCAT FOLDER

Terminals are pseudo-terminals. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time

failures = []


def check(what, good, seen=None):
	if not good:
		failures.append(what)
		print("not so: %s%s" % (what, "" if seen is None else ": %r" % seen))


class Terminal:
	"""A pseudo-terminal that passes bytes as they are and keeps what was written to it."""

	def __init__(self):
		self.master, self.slave = pty.openpty()
		mode = termios.tcgetattr(self.slave)
		mode[1] &= ~termios.OPOST
		termios.tcsetattr(self.slave, termios.TCSANOW, mode)
		self.text = b""
		self.done = threading.Event()
		self.thread = threading.Thread(target=self.collect)
		self.thread.start()

	def collect(self):
		while True:
			ready, _, _ = select.select([self.master], [], [], 0.02)
			if ready:
				self.text += os.read(self.master, 65536)
			elif self.done.is_set():
				return

	def end(self):
		self.done.set()
		self.thread.join()
		os.close(self.master)
		os.close(self.slave)
		return self.text


def run_slowly(args, seconds, stderr, stdout=subprocess.PIPE):
	"""Runs with a standard input that brings lines for so long. Returns: status and output."""
	process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		process.stdin.write(b"a line\n" * 1000)
		process.stdin.flush()
		time.sleep(0.05)
	out = process.communicate()[0]
	return process.returncode, out


def progress(mmcat, folder):
	shown = b"KiB/s  -"
	terminal = Terminal()
	status, out = run_slowly([mmcat, "-c", "-"], 3, terminal.slave)
	text = terminal.end()
	check("progress is shown after two seconds", shown in text, text)
	check("progress is erased at the end", text.endswith(b"\r\033[K"), text)
	check("what is counted is not disturbed", status == 0 and out.strip().isdigit(), out)

	for what, args, own in (("with -q", ["-q"], False), ("on one terminal", [], True)):
		terminal = Terminal()
		run_slowly([mmcat, "-c", "-"] + args, 2.6, terminal.slave,
			terminal.slave if own else subprocess.DEVNULL)
		text = terminal.end()
		check("no progress " + what, b"KiB" not in text, text)

	terminal = Terminal()
	run_slowly([mmcat, "-c", "-", os.path.join(folder, "missing")], 3, terminal.slave)
	text = terminal.end()
	check("a message finds its own line", b"\r\033[Kmmcat: " in text and
		text.endswith(b"No such file or directory\n"), text)

	status = subprocess.run([mmcat, "-c", "-"], input=b"x\n", capture_output=True)
	check("no progress into a file", status.stderr == b"", status.stderr)


def run_on_terminal(args, **more):
	terminal = Terminal()
	result = subprocess.run(args, stdout=terminal.slave, stderr=subprocess.PIPE, **more)
	return result.returncode, terminal.end(), result.stderr


def binary(mmcat, folder):
	for name, data, refused in (("text", b"all is well\n" * 50, False), ("nul", b"a\0b\n", True),
			("escape", b"a\033[31mb\n", True), ("high", "grün\n".encode(), False),
			("late", b"x" * 100000 + b"\0", False), ("empty", b"", False)):
		path = os.path.join(folder, name)
		with open(path, "wb") as file:
			file.write(data)
		for how in ("file", "pipe", "-b0:", "-r"):
			args, more = [mmcat], {}
			if how == "pipe":
				more["input"] = data
			elif how == "file":
				args.append(path)
			else:
				args += [how, path]
			expected = data + b"\n" if how == "-r" and name == "late" else data
			status, out, err = run_on_terminal(args, **more)
			what = "%s (%s) on a terminal" % (name, how)
			if refused:
				check(what + " is refused", status == 2 and out == b"" and b"-a" in err,
					(status, out, err))
			else:
				check(what + " is printed", status == 0 and out == expected and err == b"",
					(status, out[:80], err))
			status, out, err = run_on_terminal(args + ["-a"], **more)
			check(what + " with -a is printed", status == 0 and out == expected, (status, err))
			result = subprocess.run(args, capture_output=True, **more)
			check(name + " into a pipe is printed", result.stdout == expected and
				result.returncode == 0, result)
		# What is followed is looked at as well; it ends here with its last line.
		if refused or name == "text":
			status, out, err = run_on_terminal([mmcat, "-f", "-l:50", path])
			check(name + " is followed on a terminal" + (": refused" if refused else ""),
				(status, out) == ((2, b"") if refused else (0, data)), (status, out, err))
		status, out, _ = run_on_terminal([mmcat, "-c", path])
		check(name + " is counted on a terminal", status == 0, (status, out))


def main():
	mmcat, folder = sys.argv[1:3]
	progress(mmcat, folder)
	binary(mmcat, folder)
	return 1 if failures else 0


sys.exit(main())
