#!/usr/bin/env python3
"""follow_search.py - mmcat -f prints the lines that match of files that grow and are replaced

	follow_search.py MMCAT FOLDER

Prints what went wrong; exit 1 then. What is printed is compared with that of mmcat without -f, for the
lines that are whole.

SPDX-License-Identifier: MIT
"""

import os
import random
import subprocess
import sys

import expectations
from following import Follow, append, write

CUT = "log: truncated; following from the start"
NEW = "log: replaced; following the new file"


def found(*args, file="log"):
	"""What mmcat prints for the lines of a file that have a delimiter."""
	with open(file, "rb") as log:
		bytes = log.read()
	write("whole", bytes[:bytes.rfind(b"\n") + 1])
	return subprocess.run([sys.argv[1], *args, "whole"], stdout=subprocess.PIPE, check=False).stdout


def random_line(rng):
	return b"%s %d %s\n" % (rng.choice([b"INFO", b"ERROR", b"WARN"]), rng.randrange(100),
		b"x" * rng.choice([0, 0, 0, 1, 30, 3000]))


def check_growth():
	"""Lines are cut anywhere. Each is printed when its delimiter is there, not before."""
	rng = random.Random(2)
	write("log", b"")
	has_regex = subprocess.run([sys.argv[1], "-E", "x", "log"], check=False).returncode < 2
	for args in (["-e", "ERROR"], ["-n", "-e", "ERROR"], ["-v", "-e", "ERROR"], ["-n", "-v", "-e", "INFO"],
			["-O", "-e", "ERROR"], ["-E", "ERROR [0-9]*7 "], ["-o", "-E", "[A-Z]+ 4."],
			["--offsets", "-n", "-e", "7"], ["-I", "-W", "-e", "error", "-e", "7"],
			["--and", "-e", "WARN", "-e", "8"], ["-n", "-e", ""], ["-X", "-e", "INFO 5 "]):
		if "-E" in args and not has_regex:
			continue
		write("log", b"".join(random_line(rng) for _ in range(20)))
		follow = Follow("growth " + " ".join(args), *args, "log")
		follow.prints(found(*args))
		for _ in range(30):
			bytes = b"".join(random_line(rng) for _ in range(rng.randrange(4)))
			while bytes:
				size = rng.randrange(1, 200)
				append("log", bytes[:size])
				bytes = bytes[size:]
			follow.prints(found(*args))
		follow.interrupt()


def check_delimiter():
	write("log", b"a b;b\n;")
	follow = Follow("delimiter", "-n", "-d", ";", "-e", "b", "log")
	follow.prints(b"1:a b;2:b\n;")
	append("log", b"c;b")
	append("log", b"c;bcd")
	follow.prints(b"1:a b;2:b\n;4:bc;")
	follow.interrupt()


def check_unfinished():
	write("log", b"ERROR 1\nERROR")
	follow = Follow("unfinished", "-n", "-e", "ERROR", "log")
	wanted = found("-n", "-e", "ERROR")
	follow.prints(wanted)
	append("log", b" 2")
	append("log", b" and more\nINFO\nERR")
	wanted = found("-n", "-e", "ERROR")
	follow.prints(wanted)
	append("log", b"OR 3\n")
	follow.prints(found("-n", "-e", "ERROR"))
	follow.interrupt()


def check_parts():
	lines = [b"%s %d\n" % ((b"INFO", b"ERROR")[i % 3 == 0], i) for i in range(100)]
	for part in (["-l", "-10:"], ["-l", "-1:"], ["-l", "-1000:"], ["-l", "40:"], ["-l", "100:"], ["-b", "300:"]):
		args = ["-n", "-e", "ERROR", *part]
		write("log", b"".join(lines))
		follow = Follow("part " + " ".join(part), *args, "log")
		wanted = found(*args)
		follow.prints(wanted)
		append("log", b"ERROR 100\nINFO\nERROR 1")
		wanted += found("-n", "-e", "ERROR", "-l", "100:")
		follow.prints(wanted)
		follow.interrupt()
	# Lines that do not exist yet are skipped when they come.
	write("log", b"ERROR\n" * 3)
	follow = Follow("part that starts later", "-n", "-l", "5:", "-e", "ERROR", "log")
	append("log", b"ERROR\n" * 2)
	append("log", b"ERROR 5\nERROR")
	follow.prints(b"6:ERROR 5\n")
	append("log", b" 6\n")
	follow.prints(b"6:ERROR 5\n7:ERROR 6\n")
	follow.interrupt()


def check_fields():
	"""Fields are cut and tested as those of a whole file. Rows that lack one are reported when they come."""
	rng = random.Random(3)
	row = lambda: b"%d\t%s\t%d\n" % (rng.randrange(1000), rng.choice([b"web-1", b"web-12", b"db-1"]), rng.randrange(9))
	for args in (["-F", "2"], ["-n", "-F", "3,1"], ["-F", "2", "-e", "7"], ["--in=2", "-e", "1"],
			["-X", "--in=2", "-e", "web-1", "-F", "3"], ["--where=1>500 && 2!=\"db-1\""],
			["-v", "--where=3<=4", "-F", "1-2"], ["-F", "2", "-l", "-5:"], ["-m", "1000000", "--where=1<9"]):
		write("log", b"".join(row() for _ in range(20)))
		follow = Follow("fields " + " ".join(args), *args, "log")
		before = found(*args)
		if "-l" in args:
			args, skipped = args[:-2], before
			before = found(*args)
			skipped = before[:len(before) - len(skipped)]
		else:
			skipped = b""
		for _ in range(10):
			bytes = b"".join(row() for _ in range(rng.randrange(4)))
			while bytes:
				size = rng.randrange(1, 20)
				append("log", bytes[:size])
				bytes = bytes[size:]
			follow.prints(found(*args)[len(skipped):])
		follow.interrupt()
	write("log", b"a\tb\nc\n")
	follow = Follow("a row that lacks a field", "-F", "2", "log")
	follow.prints(b"b\n\n")
	append("log", b"d\te\n")
	follow.prints(b"b\n\ne\n")
	follow.says("log: cannot find field 2 in 1 row, the first at byte 4")
	follow.interrupt(2)
	write("log", b"1\n")
	follow = Follow("a field that is no number", "--where", "1>0", "log")
	follow.prints(b"1\n")
	append("log", b"x\n2\n")
	follow.prints(b"1\n2\n")
	follow.says("log: cannot find a number of --where in 1 row, the first at byte 2")
	follow.interrupt(2)
	write("log", b"1\t2\n")
	write("other", b"3\t4\n")
	follow = Follow("fields of two files", "-F", "2", "log", "other")
	follow.prints(b"log:2\nother:4\n")
	follow.interrupt()


def check_maximum():
	write("log", b"a\nb\na\n")
	follow = Follow("-m", "-m", "3", "-n", "-e", "a", "log")
	follow.prints(b"1:a\n3:a\n")
	append("log", b"b\na\na\n")
	follow.ends(0, b"1:a\n3:a\n5:a\n", "")
	follow = Follow("-m, reached at once", "-m", "1", "-e", "a", "log")
	follow.ends(0, b"a\n", "")


def check_rotation():
	"""The last line of a file that is replaced is searched, whole or not."""
	write("log", b"ERROR 1\nINFO\n")
	follow = Follow("rotation", "-n", "-e", "ERROR", "log")
	follow.prints(b"1:ERROR 1\n")
	append("log", b"ERROR 2")
	os.rename("log", "log.1")
	write("log", b"INFO\nERROR 3\n")
	follow.prints(b"1:ERROR 1\n3:ERROR 2\n2:ERROR 3\n")
	follow.says(NEW)
	os.truncate("log", 0)
	follow.says(NEW, CUT)
	append("log", b"ERROR 4\n")
	follow.prints(b"1:ERROR 1\n3:ERROR 2\n2:ERROR 3\n1:ERROR 4\n")
	follow.interrupt()


def check_several():
	write("a", b"x 1\n")
	write("b", b"y\nx 2\n")
	follow = Follow("several", "-n", "-e", "x", "a", "b")
	wanted = b"a:1:x 1\nb:2:x 2\n"
	follow.prints(wanted)
	append("b", b"x 3\n")
	wanted += b"b:3:x 3\n"
	follow.prints(wanted)
	append("a", b"x 4\n")
	wanted += b"a:2:x 4\n"
	follow.prints(wanted)
	follow.interrupt()


def main():
	for name, check in list(globals().items()):
		if name.startswith("check_"):
			check()
	return expectations.status()


if __name__ == "__main__":
	sys.argv[1] = os.path.abspath(sys.argv[1])
	os.chdir(sys.argv[2])
	sys.exit(main())
