"""following.py - a running mmcat -f, and what is expected of it

Imported by mmcat/follow.py. Nothing here takes a fixed time: each wait ends with what it waits for,
or fails after DEADLINE.

SPDX-License-Identifier: MIT
"""

import os
import signal
import subprocess
import sys
import threading
import time

DEADLINE = 10
MIB = 1 << 20

n_wrong = 0


def wrong(what, *facts):
	global n_wrong
	n_wrong += 1
	print(what, *("%.300r" % (fact,) for fact in facts), sep=": ", flush=True)


def expect(what, got, wanted):
	if got != wanted:
		wrong(what, got, wanted)


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
	"""A running mmcat -f, and all that it has said so far."""

	def __init__(self, what, *args, keep=True, **how):
		self.what = what
		self.out = bytearray()
		self.err = bytearray()
		self.n_dropped = 0 if not keep else None
		how.setdefault("stdout", subprocess.PIPE)
		# A shell ignores SIGINT in what it runs in the background, and so would mmcat.
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
		"""All that was printed so far, exactly."""
		wait_until(lambda: len(self.out) >= len(wanted))
		expect(self.what + ": printed", self.out, wanted)

	def says(self, *lines):
		"""All that was said on standard error so far."""
		wanted = "".join("mmcat: %s\n" % line for line in lines).encode()
		wait_until(lambda: len(self.err) >= len(wanted))
		expect(self.what + ": said", self.err, wanted)

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
			expect(self.what + ": said at the end", self.err.decode(), err)

	def interrupt(self, status=0):
		"""Every run that nothing else ends."""
		self.process.send_signal(signal.SIGINT)
		self.ends(status)

	def n_descriptors(self):
		return len(os.listdir("/proc/%d/fd" % self.process.pid))
