#!/usr/bin/env python3
"""completion_keys.py - types lines into an interactive shell and prints the resulting arguments

	completion_keys.py FOLDER SHELL [ARGUMENT]... < LINES

Types each line into the shell, on a pseudo-terminal and in FOLDER, where "<TAB>" is the tab key, and
prints the arguments of the command, each in <>. The shell's prompt must be "ready> ", and the command
must write its arguments in this form to the file "got".

SPDX-License-Identifier: MIT
"""

import os
import pty
import select
import signal
import sys
import time

DEADLINE = 30
PROMPT = b"ready> "


def fail(*what):
	sys.exit("completion_keys.py: " + " ".join(map(str, what)))


class Terminal:
	def __init__(self, argv):
		self.seen = b""
		self.pid, self.fd = pty.fork()
		if self.pid == 0:
			os.environ.update(TERM="vt100", HISTFILE="/dev/null")
			os.execvp(argv[0], argv)

	def wait_for(self, condition, what):
		"""Reads until the condition is true, since the shell blocks if nobody reads."""
		end = time.monotonic() + DEADLINE
		while not condition():
			if time.monotonic() > end:
				fail("no", what, "after", self.seen)
			if not select.select([self.fd], [], [], 0.05)[0]:
				continue
			try:
				self.seen += os.read(self.fd, 65536)
			except OSError:
				fail("the shell ended after", self.seen)

	def type(self, keys):
		self.seen = b""
		os.write(self.fd, keys)

	def end(self):
		os.kill(self.pid, signal.SIGKILL)
		os.waitpid(self.pid, 0)
		os.close(self.fd)


def main():
	os.chdir(sys.argv[1])
	lines = sys.stdin.buffer.read().splitlines()
	terminal = Terminal(sys.argv[2:])
	terminal.wait_for(lambda: PROMPT in terminal.seen, "prompt")
	for line in lines:
		if os.path.exists("got"):
			os.unlink("got")
		terminal.type(line.replace(b"<TAB>", b"\t") + b"\r")
		terminal.wait_for(lambda: os.path.exists("got"), "command of %r" % line)
		terminal.wait_for(lambda: PROMPT in terminal.seen.rpartition(b"\n")[2], "prompt")
		with open("got", "rb") as got:
			sys.stdout.buffer.write(got.read() + b"\n")
	terminal.end()


main()
