"""following.py - runs mmcat -f, and compares its output with expectations

Imported by mmcat/follow.py. No wait has a fixed time: it ends when its condition is true, or fails
after DEADLINE.

SPDX-License-Identifier: MIT
"""

import os
import signal
import subprocess
import sys
import threading
import time

from expectations import expect, wrong

DEADLINE = 10
MIB = 1 << 20


def wait_until(condition):
	end = time.monotonic() + DEADLINE
	while not condition():
		if time.monotonic() > end:
			return False
		time.sleep(0.002)
	return True


def write(path, content, mode="wb"):
	with open(path, mode) as file:
		file.write(content)


def append(path, content):
	write(path, content, "ab")


class Follow:
	"""A running mmcat -f, and all its output and messages so far."""

	def __init__(self, what, *args, keep=True, **how):
		self.what = what
		self.out = bytearray()
		self.err = bytearray()
		self.n_dropped = 0 if not keep else None
		how.setdefault("stdout", subprocess.PIPE)
		# A shell ignores SIGINT in background jobs, and mmcat would inherit that.
		how.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
		self.process = subprocess.Popen([sys.argv[1], "-f", *args], stderr=subprocess.PIPE, **how)
		self.threads = [threading.Thread(target=self.collect, args=pair, daemon=True)
			for pair in (("out", self.process.stdout), ("err", self.process.stderr)) if pair[1]]
		for thread in self.threads:
			thread.start()

	def collect(self, name, pipe):
		while True:
			bytes = os.read(pipe.fileno(), MIB)
			if not bytes:
				return
			if name == "out" and self.n_dropped is not None:
				self.n_dropped += len(bytes)
			else:
				getattr(self, name).extend(bytes)

	def prints(self, wanted):
		"""Expects exactly this output so far."""
		wait_until(lambda: len(self.out) >= len(wanted))
		expect(self.what + ": printed", self.out, wanted)

	def says(self, *lines):
		"""Expects exactly these messages on standard error so far."""
		wanted = "".join("mmcat: %s\n" % line for line in lines).encode()
		wait_until(lambda: len(self.err) >= len(wanted))
		expect(self.what + ": messages", self.err, wanted)

	def ends(self, status, out=None, err=None):
		try:
			got = self.process.wait(DEADLINE)
		except subprocess.TimeoutExpired:
			wrong(self.what, "does not end")
			self.process.kill()
			got = self.process.wait()
		for thread in self.threads:
			thread.join(DEADLINE)
		expect(self.what + ": status", got, status)
		if out is not None:
			expect(self.what + ": printed at the end", self.out, out)
		if err is not None:
			expect(self.what + ": messages at the end", self.err.decode(), err)

	def interrupt(self, status=0):
		"""Ends a run that does not end by itself."""
		self.process.send_signal(signal.SIGINT)
		self.ends(status)

	def n_descriptors(self):
		return len(os.listdir("/proc/%d/fd" % self.process.pid))

	def has_open(self, path):
		"""Whether a descriptor of the run is that of a file."""
		folder = "/proc/%d/fd/" % self.process.pid
		for name in os.listdir(folder):
			try:
				if os.path.samefile(folder + name, path):
					return True
			except OSError: # closed meanwhile
				pass
		return False
