#!/usr/bin/env python3
"""follow.py - files grow, are truncated and are replaced under mmcat -f

	follow.py MMCAT FOLDER [--polling] [NAME]...

Prints what went wrong; exit 1 then. With names, runs only these checks. With --polling inotify is not
available, so wakeups may be slow.

SPDX-License-Identifier: MIT
"""

import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import expectations
from expectations import expect, wrong
from following import DEADLINE, MIB, Follow, append, wait_until, write


# --- Growth ---------------------------------------------------------------------------------------


def check_growth():
	rng = random.Random(1)
	write("log", b"start\n")
	follow = Follow("growth", "log")
	wanted = bytearray(b"start\n")
	follow.prints(wanted)
	for size in [0, 1, 2, 4095, 4096, 4097, 65535, 65537, 262143, 262145, 3 * MIB + 1, 20 * MIB + 5]:
		bytes = rng.randbytes(size)
		append("log", bytes)
		wanted += bytes
		follow.prints(wanted)
	for _ in range(2000):
		bytes = rng.randbytes(rng.randrange(1, 300))
		append("log", bytes)
		wanted += bytes
	follow.prints(wanted)
	follow.interrupt()
	expect("growth: nothing else was printed", len(follow.out), len(wanted))
	follow.says()


def check_growth_to_a_file():
	write("log", b"a" * 300000)
	with open("out", "wb") as out:
		follow = Follow("to a file", "log", stdout=out)
		for i in range(20):
			append("log", b"%d" % i * 50000)
		wanted = os.path.getsize("log")
		wait_until(lambda: os.path.getsize("out") >= wanted)
		follow.interrupt()
	with open("log", "rb") as log, open("out", "rb") as out:
		expect("to a file: same bytes", log.read() == out.read(), True)


def check_latency():
	"""Appended bytes are printed at once if the kernel reports changes."""
	write("log", b"")
	follow = Follow("latency", "log")
	append("log", b".")
	follow.prints(b".")
	taken = []
	for i in range(20):
		time.sleep(0.02)
		started = time.monotonic()
		append("log", b".")
		wait_until(lambda: len(follow.out) >= i + 2)
		taken.append(time.monotonic() - started)
	follow.interrupt()
	# Only the quickest of the 20 times is checked, since the machine may be busy.
	limit = 0.6 if POLLING else 0.05
	if min(taken) > limit:
		wrong("latency", "%.3f s at best" % min(taken))


def check_parts():
	lines = [b"line %d\n" % i for i in range(1, 101)]
	text = b"".join(lines)
	more = b"more\nand more\n"
	for args, first, later in (
			(["-l", "-10:"], b"".join(lines[-10:]), more),
			(["-l", "-1"], lines[-1], more),
			(["-l", "-1000:"], text, more),
			(["-l", "90:"], b"".join(lines[90:]), more),
			(["-l", "100:"], b"", more),
			(["-l", "101:"], b"", b"and more\n"),
			(["-b", "-15:"], text[-15:], more),
			(["-b", "10:"], text[10:], more),
			(["-b", "%d:" % (len(text) + 3)], b"", more[3:]),
			(["-b", "%d:" % len(text), "--stats"], b"", more),
			(["-l", ":"], text, more),
			(["-l", "-2:", "-d", "9"], b"9\nline 100\n", more),
			(["-l", "-2:", "--no-mmap"], b"".join(lines[-2:]), more)):
		write("log", text)
		follow = Follow(" ".join(args), *args, "log")
		follow.prints(first)
		append("log", more)
		follow.prints(first + later)
		follow.interrupt()
		expect("%s: one report of --stats" % args, follow.err.count(b" bytes, "),
			int("--stats" in args))


def check_ends():
	"""With a selection that has an end, or -m, the run ends by itself at the right byte."""
	for args, wanted in (
			(["-l", "0:4"], b"1\n2\n3\n4\n"),
			(["-l", "3"], b"4\n"),
			(["-l", "2:+2"], b"3\n4\n"),
			(["-b", "1:7"], b"\n2\n3\n4"),
			(["-b", "5:+1"], b"\n"),
			(["-m", "4"], b"1\n2\n3\n4\n"),
			(["-m", "2", "-l", "-1:"], b"2\n3\n"),
			(["-m", "3", "-b", "1:"], b"\n2\n3\n"),
			(["-m", "1", "-l", "3:"], b"4\n")):
		write("log", b"1\n2\n")
		follow = Follow("end " + " ".join(args), *args, "log")
		# A selection that counts from the end counts from where the file ended when the run started.
		if "-1:" in args:
			follow.prints(b"2\n")
		append("log", b"3\n4")
		append("log", b"\n5\n6\n")
		follow.ends(0, wanted, "")
	write("log", b"1\n2\n3\n4\n5\n")
	for args, wanted in ((["-l", "0:0"], b""), (["-b", "5:2"], b""), (["-m", "0"], b""),
			(["-l", "1:3"], b"2\n3\n"), (["-m", "5"], b"1\n2\n3\n4\n5\n")):
		Follow("end at once " + " ".join(args), *args, "log").ends(0, wanted, "")
	for part in ["-l", "-5:-2"], ["-b", ":-1"], ["-l", "-9:4"], ["-l", "-5:+2"]:
		follow = Follow("from the end, with an end " + " ".join(part), *part, "log")
		follow.ends(2, b"",
			"mmcat: cannot use -f with a range that counts from the end of the file and has an end\n")


# --- Truncation and rotation ----------------------------------------------------------------------


CUT = "log: truncated; following from the start"
NEW = "log: replaced; following the new file"


def check_truncation():
	write("log", b"first text\n")
	follow = Follow("truncation", "log")
	follow.prints(b"first text\n")
	os.truncate("log", 0)
	follow.says(CUT)
	append("log", b"second\n")
	follow.prints(b"first text\nsecond\n")
	write("log", b"x\n")
	follow.prints(b"first text\nsecond\nx\n")
	follow.says(CUT, CUT)
	os.truncate("log", 1)
	follow.prints(b"first text\nsecond\nx\nx")
	follow.says(CUT, CUT, CUT)
	follow.interrupt()


def check_copytruncate():
	"""Truncates the log as logrotate's copytruncate does, while a writer keeps it open."""
	wanted = b""
	write("log", b"")
	follow = Follow("copytruncate", "log")
	with open("log", "ab", buffering=0) as log:
		for i in range(20):
			line = b"%d" % i * (30 - i) + b"\n"
			log.write(line)
			wanted += line
			follow.prints(wanted)
			os.truncate("log", 0)
			follow.says(*[CUT] * (i + 1))
	follow.interrupt()


def rotate_by_rename(number):
	os.rename("log", "log.%d" % number)
	return "log.%d" % number


def rotate_by_unlink(number):
	os.rename("log", "kept")
	os.unlink("kept")


def check_rotation():
	for rotate in rotate_by_rename, rotate_by_unlink:
		write("log", b"old\n")
		follow = Follow(rotate.__name__, "-l", "-10:", "log")
		follow.prints(b"old\n")
		wanted = b"old\n"
		for i in range(5):
			with open("log", "ab", buffering=0) as writer:
				writer.write(b"rest 1\n")
				rotate(i)
				# The writer of a log uses the old file until it is told to reopen
				# it.
				writer.write(b"rest 2\n")
				write("log", b"")
				writer.write(b"rest 3\n")
				wanted += b"rest 1\nrest 2\nrest 3\n"
				follow.prints(wanted)
				append("log", b"new %d\n" % i)
				wanted += b"new %d\n" % i
				follow.prints(wanted)
			follow.says(*[NEW] * (i + 1))
		follow.interrupt()


def check_replaced_at_once():
	"""rename(2) replaces the file, so the name always exists."""
	write("log", b"0\n")
	follow = Follow("renamed over", "log")
	wanted = b"0\n"
	follow.prints(wanted)
	for i in range(1, 50):
		write("fresh", b"%d\n" % i)
		os.rename("fresh", "log")
		wanted += b"%d\n" % i
		follow.prints(wanted)
	follow.says(*[NEW] * 49)
	follow.interrupt()


def check_many_rotations():
	"""Rotations leave no descriptor and no watch open."""
	write("log", b"0\n")
	follow = Follow("100 rotations", "log")
	wanted = b"0\n"
	follow.prints(wanted)
	before = follow.n_descriptors()
	for i in range(1, 101):
		os.rename("log", "old.%d" % i)
		write("log", b"%d\n" % i)
		wanted += b"%d\n" % i
		follow.prints(wanted)
	expect("100 rotations: descriptors", follow.n_descriptors(), before)
	n_watches = 0
	for name in os.listdir("/proc/%d/fdinfo" % follow.process.pid):
		with open("/proc/%d/fdinfo/%s" % (follow.process.pid, name)) as info:
			n_watches += info.read().count("inotify wd:")
	if n_watches > 2:
		wrong("100 rotations: watches", n_watches)
	follow.interrupt()


def check_writer_reopens():
	"""With frequent writes and rotations, every line is printed once, in order."""
	write("log", b"")
	follow = Follow("busy rotation", "log")
	follow_ready = wait_until(lambda: follow.has_open("log"))
	expect("busy rotation: started", follow_ready, True)
	n_lines = 20000
	name = 0
	log = open("log", "ab", buffering=0)
	for i in range(n_lines):
		log.write(b"%d\n" % i)
		# Waits after each rotation, so that mmcat sees every file.
		if i % 1000 == 999 and i + 1 < n_lines:
			name += 1
			os.rename("log", "busy.%d" % name)
			fresh = open("log", "ab", buffering=0)
			log.write(b"late\n")
			log.close()
			log = fresh
			log.write(b"new\n")
			seen = b"new\n"
			expect("busy rotation: the new file is found",
				wait_until(lambda: follow.out.count(seen) >= name), True)
	log.close()
	wanted = b""
	for i in range(n_lines):
		wanted += b"%d\n" % i
		if i % 1000 == 999 and i + 1 < n_lines:
			wanted += b"late\nnew\n"
	follow.prints(wanted)
	follow.interrupt()


def check_vanished():
	write("log", b"one\n")
	follow = Follow("vanished", "log")
	follow.prints(b"one\n")
	gone = "log: disappeared; waiting for it to reappear"
	os.rename("log", "away")
	follow.says(gone)
	append("away", b"still written\n")
	follow.prints(b"one\nstill written\n")
	os.rename("away", "log")
	follow.says(gone, "log: reappeared; following it")
	append("log", b"two\n")
	follow.prints(b"one\nstill written\ntwo\n")
	os.unlink("log")
	follow.says(gone, "log: reappeared; following it", gone)
	write("log", b"three\n")
	follow.prints(b"one\nstill written\ntwo\nthree\n")
	follow.says(gone, "log: reappeared; following it", gone, NEW)
	follow.interrupt()


def check_folder_replaced():
	os.mkdir("folder")
	write("folder/log", b"one\n")
	follow = Follow("folder", "folder/log")
	follow.prints(b"one\n")
	os.rename("folder", "folder.old")
	os.mkdir("folder")
	write("folder/log", b"two\n")
	follow.prints(b"one\ntwo\n")
	append("folder/log", b"three\n")
	follow.prints(b"one\ntwo\nthree\n")
	follow.says("folder/log: replaced; following the new file")
	follow.interrupt()


def check_link():
	write("first", b"one\n")
	write("second", b"two\n")
	os.symlink("first", "link")
	follow = Follow("link", "link")
	follow.prints(b"one\n")
	os.symlink("second", "fresh")
	os.rename("fresh", "link")
	follow.prints(b"one\ntwo\n")
	follow.interrupt()
	os.unlink("link")


def check_missing():
	if os.path.exists("later"):
		os.unlink("later")
	write("log", b"here\n")
	follow = Follow("missing", "-q", "-l", "-10:", "later", "log")
	follow.prints(b"here\n")
	follow.says("later: cannot open: No such file or directory; waiting for it to appear")
	write("later", b"1\n2\n")
	follow.prints(b"here\n1\n2\n")
	append("log", b"more\n")
	follow.prints(b"here\n1\n2\nmore\n")
	follow.says("later: cannot open: No such file or directory; waiting for it to appear",
		"later: appeared; following it")
	follow.interrupt(2)


def check_no_longer_a_file():
	write("log", b"one\n")
	follow = Follow("a folder in its place", "log")
	follow.prints(b"one\n")
	os.unlink("log")
	os.mkdir("log")
	follow.says("log: cannot open: Is a directory; waiting for another file")
	os.rmdir("log")
	os.mkfifo("log")
	follow.says("log: cannot open: Is a directory; waiting for another file",
		"log: cannot open: not a regular file; waiting for another file")
	os.unlink("log")
	write("log", b"two\n")
	follow.prints(b"one\ntwo\n")
	follow.interrupt()


def check_flicker():
	"""Truncation and growth in a race cause no error, and all output is from the file."""
	text = b"".join(b"line %07d\n" % i for i in range(100000))
	rng = random.Random(2)
	write("log", text)
	follow = Follow("flicker", "log")
	for _ in range(300):
		os.truncate("log", rng.choice([0, 1, 4096, 300000, len(text) - 1]))
		append("log", text[os.path.getsize("log"):])
	write("log", b"")
	wait_until(lambda: follow.err.endswith(b"start\n"))
	append("log", b"the end\n")
	expect("flicker: continues", wait_until(lambda: follow.out.endswith(b"the end\n")), True)
	follow.interrupt()
	messages = set(follow.err.decode().splitlines())
	expect("flicker: messages", messages - {"mmcat: " + CUT}, set())


# --- Several files, and other kinds of input ------------------------------------------------------


def check_several():
	for name in "abc":
		write(name, b"%s1\n" % name.encode())
	follow = Follow("several", "a", "b", "c")
	wanted = b"==> a <==\na1\n\n==> b <==\nb1\n\n==> c <==\nc1\n"
	follow.prints(wanted)
	append("c", b"c2\n")
	wanted += b"c2\n"
	follow.prints(wanted)
	append("a", b"a2\n")
	wanted += b"\n==> a <==\na2\n"
	follow.prints(wanted)
	follow.interrupt()
	follow = Follow("several, -m", "-m", "3", "-q", "-l", "-1:", "a", "b", "c")
	follow.ends(0, b"a2\nb1\nc2\n", "")
	follow = Follow("several with an end", "-l", "0:2", "a", "b", "c", "a")
	follow.prints(b"==> a <==\na1\na2\n\n==> b <==\nb1\n\n==> c <==\nc1\nc2\n\n==> a <==\na1\na2\n")
	append("b", b"b2\nb3\n")
	follow.ends(0, b"==> a <==\na1\na2\n\n==> b <==\nb1\n\n==> c <==\nc1\nc2\n\n==> a <==\na1\na2\n"
		b"\n==> b <==\nb2\n", "")


def check_same_file_twice():
	write("log", b"")
	follow = Follow("twice", "-q", "-m", "4", "log", "log")
	append("log", b"x\n")
	follow.prints(b"x\nx\n")
	os.rename("log", "log.old")
	write("log", b"y\n")
	follow.ends(0, b"x\nx\ny\ny\n")


def check_kinds():
	write("log", b"log\n")
	follow = Follow("pipe", stdin=subprocess.PIPE)
	follow.process.stdin.write(b"piped\n")
	follow.process.stdin.close()
	follow.ends(0, b"piped\n", "")
	os.mkfifo("fifo")
	follow = Follow("FIFO", "fifo", "log")
	write("fifo", b"from the FIFO\n")
	follow.prints(b"==> fifo <==\nfrom the FIFO\n\n==> log <==\nlog\n")
	append("log", b"more\n")
	follow.prints(b"==> fifo <==\nfrom the FIFO\n\n==> log <==\nlog\nmore\n")
	follow.interrupt()
	for name in "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled":
		if os.path.exists(name):
			with open(name, "rb") as file:
				Follow(name, name).ends(0, file.read(), "")
	Follow("/dev/null", "/dev/null").ends(0, b"", "")
	Follow("directory", ".").ends(2, b"", "mmcat: .: cannot read: Is a directory\n")
	follow = Follow("directory among files", "-q", ".", "log")
	follow.prints(b"log\nmore\n")
	follow.interrupt(2)


def check_standard_input():
	write("log", b"skipped\nread\n")
	with open("log", "rb") as log:
		log.seek(8)
		follow = Follow("standard input", "-l", "0:3", "-", stdin=log)
		follow.prints(b"read\n")
		append("log", b"more\nand\nnot used\n")
		follow.ends(0, b"read\nmore\nand\n", "")
		expect("standard input: the offset is after the bytes that were used", log.read(), b"not used\n")
	write("log", b"text\n")
	with open("log", "rb") as log:
		follow = Follow("standard input, cut", stdin=log)
		follow.prints(b"text\n")
		os.truncate("log", 0)
		follow.says("standard input: truncated; following from the start")
		append("log", b"new\n")
		follow.prints(b"text\nnew\n")
		follow.interrupt()


# --- Endings --------------------------------------------------------------------------------------


def check_output_is_input():
	for content in b"text\n", b"":
		write("log", content)
		with open("log", "ab") as out:
			Follow("onto itself", "log", stdout=out).ends(
				2, None, "mmcat: log: cannot print: input file is output file\n")
	write("log", b"")
	write("out", b"")
	with open("out", "ab") as out:
		follow = Follow("becomes the output", "log", stdout=out)
		append("log", b"1\n")
		wait_until(lambda: os.path.getsize("out") == 2)
		os.rename("out", "log")
		follow.ends(2, None, "mmcat: log: cannot print: input file is output file\n")


def check_closed_pipe():
	"""The reader of the output closes while there is nothing to write."""
	for ignored in False, True:
		write("log", b"text\n")
		ready = (lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)) if ignored else None
		reader, writer = os.pipe()
		follow = Follow("closed pipe", "log", stdout=writer, restore_signals=not ignored,
			preexec_fn=ready)
		os.close(writer)
		if not select.select([reader], [], [], DEADLINE)[0]:
			wrong("closed pipe", "nothing printed")
		os.read(reader, 100)
		os.close(reader)
		if ignored:
			follow.ends(2, None, "mmcat: cannot write to standard output: Broken pipe\n")
		else:
			follow.ends(-signal.SIGPIPE, None, "")
	follow = Follow("closed output", "log", stdout=os.open("log", os.O_RDONLY))
	follow.ends(2, None, "mmcat: cannot write to standard output: Bad file descriptor\n")


def check_interrupted_while_writing():
	"""The reader of the output does not read: an interrupt ends the run nevertheless."""
	write("log", b"x" * (8 * MIB))
	reader, writer = os.pipe()
	follow = Follow("blocked", "log", stdout=writer)
	os.close(writer)
	select.select([reader], [], [], DEADLINE)
	follow.interrupt()
	os.close(reader)


def check_interrupt():
	write("log", b"text\n")
	follow = Follow("interrupt", "--stats", "log")
	follow.prints(b"text\n")
	follow.interrupt()
	if not re.fullmatch(r"mmcat: 5 bytes, .*\n", follow.err.decode()):
		wrong("interrupt: --stats", follow.err)
	follow = Follow("SIGTERM", "log")
	follow.prints(b"text\n")
	follow.process.terminate()
	follow.ends(-signal.SIGTERM)
	follow = Follow("interrupt is ignored", "log", restore_signals=False,
		preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
	follow.prints(b"text\n")
	follow.process.send_signal(signal.SIGINT)
	append("log", b"more\n")
	follow.prints(b"text\nmore\n")
	follow.process.terminate()
	follow.ends(-signal.SIGTERM)


def peak_resident(process):
	with open("/proc/%d/status" % process.pid) as status:
		return int(re.search(r"VmHWM:\s*(\d+) kB", status.read()).group(1)) / 1024


def check_memory():
	"""Files of any length are copied in bounded memory."""
	block = (b"some text\n" * MIB)[:10 * MIB]
	for args, skipped in ([], 0), (["-l", "3:"], 6), (["-l", "1:100000000"], 2), (["-b", "5:"], 5):
		write("log", b"1\n2\n3\n")
		follow = Follow("memory " + " ".join(args), *args, "log", keep=False)
		for i in range(16):
			append("log", block)
			# Appends half of the data in small steps, and half at once.
			if i < 8:
				wait_until(lambda: follow.n_dropped == 6 + (i + 1) * len(block) - skipped)
		wanted = 6 + 16 * len(block) - skipped
		wait_until(lambda: follow.n_dropped >= wanted)
		expect(follow.what, follow.n_dropped, wanted)
		peak = peak_resident(follow.process)
		follow.interrupt()
		if peak > 12 and not os.environ.get("SANITIZER_FLAGS"):
			wrong(follow.what, "%.1f MiB" % peak)


def main():
	checks = [(name[6:], check) for name, check in globals().items() if name.startswith("check_")]
	for name, check in checks:
		if NAMES and name not in NAMES:
			continue
		started = time.monotonic()
		for left in os.listdir("."):
			if os.path.isdir(left):
				shutil.rmtree(left)
			else:
				os.unlink(left)
		check()
		print("%s: %.2f s" % (name, time.monotonic() - started), flush=True)
	return expectations.status()


if __name__ == "__main__":
	sys.argv[1] = os.path.abspath(sys.argv[1])
	POLLING = "--polling" in sys.argv
	NAMES = [name for name in sys.argv[3:] if not name.startswith("--")]
	os.chdir(sys.argv[2])
	sys.exit(main())
