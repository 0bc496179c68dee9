#!/usr/bin/env python3
"""terminal.py - mmcat with terminals as input and output: progress, the binary guard, colour

	terminal.py MMCAT FOLDER

Terminals are pseudo-terminals. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import concurrent.futures
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time

import expectations
from expectations import check

END_OF_TEXT = b"\0end of text\0"


class Terminal:
	"""A pseudo-terminal that passes bytes unchanged and keeps what was written to it."""

	def __init__(self):
		self.master, self.slave = pty.openpty()
		mode = termios.tcgetattr(self.slave)
		mode[1] &= ~termios.OPOST
		termios.tcsetattr(self.slave, termios.TCSANOW, mode)
		self.text = b""
		self.thread = threading.Thread(target=self.collect, daemon=True)
		self.thread.start()

	def collect(self):
		while not self.text.endswith(END_OF_TEXT):
			self.text += os.read(self.master, 65536)

	def end(self):
		"""Returns: all that was written. The kernel may pass it on late, but in order."""
		os.write(self.slave, END_OF_TEXT)
		self.thread.join()
		os.close(self.master)
		os.close(self.slave)
		return self.text[:-len(END_OF_TEXT)]


def feed(process, seconds):
	"""Writes lines to the standard input of a process for some seconds, or until it ends."""
	end = time.monotonic() + seconds
	while time.monotonic() < end and process.poll() is None:
		try:
			process.stdin.write(b"a line\n" * 1000)
			process.stdin.flush()
		except BrokenPipeError:
			return
		time.sleep(0.02)


def run_slowly(args, seconds, stderr, stdout=subprocess.PIPE, **more):
	"""Runs with a standard input that gets lines for some seconds. Returns: status and output."""
	process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, **more)
	feed(process, seconds)
	out = process.communicate()[0]
	return process.returncode, out


SHOWN = b"iB/s"
ERASED = b"\r\033[K"


def terminal_after(text):
	"""The lines that a terminal shows after this text, each with what overwrote it."""
	lines = [b""]
	column = 0
	i = 0
	while i < len(text):
		if text.startswith(b"\033[K", i):
			lines[-1] = lines[-1][:column]
			i += 3
			continue
		byte = text[i:i + 1]
		if byte == b"\r":
			column = 0
		elif byte == b"\n":
			lines.append(b"")
			column = 0
		else:
			lines[-1] = lines[-1][:column].ljust(column) + byte + lines[-1][column + 1:]
			column += 1
		i += 1
	return lines


ON_TERMINAL = object()

# Description, standard output (a name: a file of that name), options, seconds, whether progress is
# shown.
OUTPUTS = (
	("on a terminal that has received nothing", ON_TERMINAL, ["-c"], 2, True),
	("of a search without a match", ON_TERMINAL, ["-e", "nothing"], 2, True),
	("of a count of a pattern", ON_TERMINAL, ["-c", "-E", "l[i]ne"], 2, True),
	("of a stream that is saved first", ON_TERMINAL, ["-c", "-l", "-2:"], 2, True),
	("on a terminal that has received output", ON_TERMINAL, [], 2, False),
	("of a short job", ON_TERMINAL, ["-c"], 0.2, False),
	("with -q", ON_TERMINAL, ["-c", "-q"], 2, False),
	("into a pipe", subprocess.PIPE, ["-c"], 2, False),
	("into a pipe with output", subprocess.PIPE, [], 2, False),
	("into a pipe, forced", subprocess.PIPE, ["-c", "--progress"], 2, True),
	("of a short job, forced", subprocess.PIPE, ["-c", "--progress"], 0.2, False),
	("on a terminal with output, forced", ON_TERMINAL, ["--progress"], 2, True),
	("into a file", "out", [], 2, True),
	("into a file, with -q", "quiet", ["-q"], 2, False),
	("to /dev/null", subprocess.DEVNULL, [], 2, True),
)


def progress_to(mmcat, folder, what, stdout, args, seconds, shown):
	"""Progress on one kind of standard output, with standard error on a terminal."""
	terminal = Terminal()
	named = open(os.path.join(folder, stdout), "wb") if isinstance(stdout, str) else None
	status, _ = run_slowly([mmcat, *args, "-"], seconds, terminal.slave,
		terminal.slave if stdout is ON_TERMINAL else named or stdout)
	if named:
		named.close()
	text = terminal.end()
	lines = terminal_after(text)
	what = "progress %s: %s" % (what, "shown" if shown else "not shown")
	check(what, (SHOWN in text) == shown, text[:300])
	check(what + ", status", status == (1 if "nothing" in args else 0), status)
	check(what + ", erased", not any(SHOWN in line for line in lines), text[-300:])
	if stdout is ON_TERMINAL and args in ([], ["--progress"]):
		left = [line for line in lines if line not in (b"", b"a line")]
		check(what + ", output undisturbed", not left, left[:3])


def progress_otherwise(mmcat, folder):
	terminal = Terminal()
	status, out = run_slowly([mmcat, "-c", "--stats", "--progress", "-"], 2, terminal.slave)
	lines = terminal_after(terminal.end())
	check("the report of --stats is not disturbed", len(lines) == 2 and
		lines[0].startswith(b"mmcat: ") and b" GB/s" in lines[0], lines)
	check("the output is not disturbed", status == 0 and out.strip().isdigit(), out)

	result = subprocess.run([mmcat, "-c", "-"], input=b"x\n", capture_output=True)
	check("no progress into a file", result.stderr == b"", result.stderr)
	with open(os.path.join(folder, "err"), "w+b") as err:
		run_slowly([mmcat, "-c", "-"], 1.6, err)
		err.seek(0)
		check("no progress into a file on standard error", err.read() == b"")
		run_slowly([mmcat, "-c", "--progress", "-"], 1.6, err)
		err.seek(0)
		check("progress into a file, forced", SHOWN in err.read())
	for args in (["-q", "--progress"], ["--progress", "-q"], ["--progress", "-f"]):
		result = subprocess.run([mmcat, *args, "-"], stdin=subprocess.DEVNULL, capture_output=True)
		check("%s is refused" % " ".join(args), result.returncode == 2 and
			result.stdout == b"" and b"cannot use --progress with" in result.stderr, result)


def progress_and_messages(mmcat, folder):
	"""A message during a run starts on its own line, and progress continues with the next input."""
	fifo = os.path.join(folder, "fifo")
	os.mkfifo(fifo)
	terminal = Terminal()
	process = subprocess.Popen([mmcat, "-c", "-", "missing", fifo], stdin=subprocess.PIPE,
		stdout=terminal.slave, stderr=terminal.slave, cwd=folder)
	feed(process, 1.6)
	process.stdin.close()
	process.stdin = open(fifo, "wb")
	feed(process, 0.8)
	process.stdin.close()
	process.wait()
	text = terminal.end()
	lines = terminal_after(text)
	before, _, after = text.partition(b"mmcat: missing")
	check("progress before and after a message", SHOWN in before and SHOWN in after, text[:300])
	check("a message has a line of its own",
		lines[0] == b"mmcat: missing: cannot open: No such file or directory", lines)
	check("the counts follow", len(lines) == 4 and lines[1].startswith(b"standard input:") and
		lines[2].startswith(fifo.encode() + b":"), lines)


def progress_of_files(mmcat, folder):
	"""The library scans files by itself, and counts the bytes for progress."""
	path = os.path.join(folder, "lines")
	with open(path, "wb") as file:
		file.write(b"a line of some length\n" * 20000)
	pattern = r"(\w| )*?(\w| )*?\d"
	run = [mmcat, "-j1", "-c", "-E", pattern]
	times, seconds = 4, 0
	while seconds < 2.5 and times < 10000:
		times *= 2
		terminal = Terminal()
		started = time.monotonic()
		done = subprocess.run(run + [path] * times, stdout=terminal.slave, stderr=terminal.slave,
			check=False)
		seconds = time.monotonic() - started
		text = terminal.end()
	check("nothing is found", done.returncode == 1, done.returncode)
	check("progress of files has a total and the time that is left",
		b" of 429.7 KiB (" in text and b" left  /" in text, text[:300])
	lines = terminal_after(text)
	check("progress of files is erased", len(lines) == times + 1 and
		all(line == path.encode() + b":0" for line in lines[:-1]), lines)


class Job:
	"""A run that leads the session of its own terminal, like a job that a shell has started."""

	def __init__(self, args, ignored=None):
		self.terminal = Terminal()
		slave = os.ttyname(self.terminal.slave)

		def prepare():
			os.setsid()
			os.close(os.open(slave, os.O_RDWR)) # makes it the controlling terminal
			# The parent of the tests may ignore some signals, and a child inherits
			# that.
			for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM,
				signal.SIGTSTP):
				signal.signal(number, signal.SIG_DFL)
			if ignored:
				signal.signal(ignored, signal.SIG_IGN)
		# pylint: disable=subprocess-popen-preexec-fn
		self.process = subprocess.Popen(args, stdin=subprocess.PIPE, preexec_fn=prepare,
			stdout=subprocess.DEVNULL, stderr=self.terminal.slave)

	def see(self, what, good, seconds=10):
		end = time.monotonic() + seconds
		while not good() and time.monotonic() < end:
			feed(self.process, 0.05)
		check(what, good(), self.terminal.text[-200:])

	def see_progress(self, what):
		so_far = len(self.terminal.text)
		self.see(what, lambda: SHOWN in self.terminal.text[so_far:])

	def end(self):
		self.process.communicate()
		return self.process.returncode, self.terminal.end()


def signal_ends(mmcat, number):
	job = Job([mmcat, "-c"])
	job.see_progress("progress before %s" % number.name)
	if number == signal.SIGINT:
		os.write(job.terminal.master, b"\x03")
	else:
		job.process.send_signal(number)
	job.see("%s ends it" % number.name, lambda: job.process.poll() is not None)
	status, text = job.end()
	check("it dies of %s" % number.name, status == -number, status)
	check("%s leaves no progress" % number.name,
		terminal_after(text)[-1].replace(b"^C", b"") == b"", text[-100:])


def signal_is_ignored(mmcat):
	job = Job([mmcat, "-c"], signal.SIGINT)
	job.see_progress("progress with SIGINT ignored")
	job.process.send_signal(signal.SIGINT)
	job.see_progress("progress after SIGINT that is ignored")
	status, _ = job.end()
	check("SIGINT stays ignored", status == 0, status)


def signal_stops(mmcat):
	# SIGTSTP does not stop the leader of a session, so the leader is a shell with job control.
	job = Job(["bash", "-c", "set -m; exec 3<&0; \"$0\" -c <&3; "
		"echo stopped >&2; fg > /dev/null", mmcat])
	job.see_progress("progress before SIGTSTP")
	os.write(job.terminal.master, b"\x1a")
	job.see("^Z stops it", lambda: b"stopped" in job.terminal.text)
	before = job.terminal.text.partition(b"stopped")[0]
	check("^Z leaves no progress", not any(SHOWN in line for line in terminal_after(before)),
		before[-100:])
	job.see_progress("progress after fg")
	status, text = job.end()
	check("it continues after ^Z", status == 0 and
		not any(SHOWN in line for line in terminal_after(text)), (status, text[-100:]))


def in_background(mmcat):
	job = Job(["bash", "-c", "set -m; exec 3<&0; \"$0\" -c <&3 & wait", mmcat])
	feed(job.process, 1.6)
	status, text = job.end()
	check("no progress in the background", status == 0 and SHOWN not in text, (status, text))


def on_stopped_terminal(mmcat):
	"""After ^S the terminal accepts no output. The job continues, and a signal ends it."""
	job = Job([mmcat, "-c"])
	job.see_progress("progress before ^S")
	termios.tcflow(job.terminal.slave, termios.TCOOFF)
	feed(job.process, 0.6)
	job.process.send_signal(signal.SIGTERM)
	job.see("SIGTERM ends it although ^S was pressed", lambda: job.process.poll() is not None)
	termios.tcflow(job.terminal.slave, termios.TCOON)
	if job.process.poll() is None:
		job.process.kill()
	status, _ = job.end()
	check("it dies of SIGTERM", status == -signal.SIGTERM, status)


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
		# -f checks for binary data as well; the selection ends the run.
		if refused or name == "text":
			status, out, err = run_on_terminal([mmcat, "-f", "-l:50", path])
			check(name + " is followed on a terminal" + (": refused" if refused else ""),
				(status, out) == ((2, b"") if refused else (0, data)), (status, out, err))
		status, out, _ = run_on_terminal([mmcat, "-c", path])
		check(name + " is counted on a terminal", status == 0, (status, out))


def main():
	mmcat, folder = sys.argv[1:3]
	no_patterns = subprocess.run([mmcat, "-E", "x", "/dev/null"], capture_output=True).returncode == 2
	tasks = [(progress_to, mmcat, folder, *output) for output in OUTPUTS]
	tasks += [(progress_otherwise, mmcat, folder), (progress_and_messages, mmcat, folder),
		(progress_of_files, mmcat, folder), (signal_is_ignored, mmcat), (signal_stops, mmcat),
		(in_background, mmcat), (on_stopped_terminal, mmcat), (binary, mmcat, folder)]
	tasks += [(signal_ends, mmcat, number) for number in (signal.SIGINT, signal.SIGTERM,
		signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE)]
	if no_patterns:
		print("skipped: progress of patterns, which this build does not search for")
		tasks = [task for task in tasks if task[0] != progress_of_files and
			not (task[0] == progress_to and "-E" in task[5])]
	# The checks mostly wait, so they run in threads.
	with concurrent.futures.ThreadPoolExecutor(6) as pool:
		for done in [pool.submit(*task) for task in tasks]:
			done.result()
	return expectations.status()


sys.exit(main())
