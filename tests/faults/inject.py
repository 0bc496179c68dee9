# inject.py - runs a program repeatedly, and makes another call fail each time
#
# The table is that of inject.h. A sweep runs a program once without a fault, which shows how many
# calls there are and where they come from. Then the first call fails, then the second, and so on,
# once and persistently, with every fault of the function. Of calls that come by the same way
# through the program only the first few fail, unless all are wanted. If no two runs make the same
# calls, because something else happens at the same time, calls are identified by their ways.
#
# SPDX-License-Identifier: MIT

import ctypes
import errno
import mmap
import os
import shutil
import struct
import subprocess

FILES = ("large", "middle", "small", "packed", "sparse", "holes", "numbers", "far", "newlines",
         "words", "indexed", "floats")


def make_files(folder):
    """A file large enough for several blocks and workers, one with a long line, and small ones."""
    lines = b"".join(b"line %d of the file\n" % i for i in range(80000))
    long_line = b"x" * (300 << 10) + b"\n"
    files = {
        "large": [lines, b"x" * (1 << 20) + b"\nnine 777\n" + b"no end"],
        "middle": [lines[:200000], long_line, lines[:100000], b"no end"],
        "small": [lines[:5000]],
        "packed": [b"\x1f\x8b\x08\0" + b"packed\n" * 20000],
        "sparse": [1 << 20, (b"data" * 15 + b"abc\n") * (1 << 14), 4 << 20],
        "holes": [1 << 16, b"data in holes\n" * 1000, 3 << 16],
        "far": [b"it is here\n" * 200, 12 << 20, b"and here\n" * 2, 18 << 20, b"\nand here"],
        "newlines": [b"x" + b"\n" * 5000],
        "words": [b"line 77\nline 88\n"],
        # Smaller files have no index.
        "indexed": [lines * 3],
        "numbers": [struct.pack("<20000q", *range(20000))],
        # Most of them are too large or too small for exact decimals.
        "floats": [b"".join(b"%d %de%d\n" % (i % 7, i, i - 150) for i in range(300))],
    }
    for name, parts in files.items():
        with open(folder + "/" + name, "wb") as file:
            for part in parts:
                if isinstance(part, bytes):
                    file.write(part)
                else:
                    file.truncate(part)
                    file.seek(part)
            # Makes -i print the same storage in every run.
            file.flush()
            os.fsync(file.fileno())
    try:
        shutil.copy(folder + "/large", folder + "/foreign")
        os.chown(folder + "/foreign", 65534, 65534)
    except OSError:
        os.unlink(folder + "/foreign")
        os.symlink("/bin/sh", folder + "/foreign")


SITES, TRACE = 1024, 8192


class Site(ctypes.Structure):
    _fields_ = [("place", ctypes.c_int64), ("call", ctypes.c_uint32),
                ("n_calls", ctypes.c_uint32), ("n_fired", ctypes.c_uint32)]


class Table(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in (
        "nth", "way", "lasts", "choice", "n_calls", "call")]
    _fields_ += [("fault", ctypes.c_int32)]
    _fields_ += [(name, ctypes.c_uint32) for name in (
        "must_survive", "n_choices", "n_fired", "n_descriptors")]
    _fields_ += [("trace", ctypes.c_uint32 * TRACE), ("sites", Site * SITES)]


class Injector:
    """One program, with a table of its own: for one thread."""

    def __init__(self, table_path, program, at_once):
        with open(table_path, "w+b") as file:
            file.truncate(ctypes.sizeof(Table))
            self.table = Table.from_buffer(mmap.mmap(file.fileno(), 0))
        self.command, self.program = [os.path.basename(program)], program
        beside = os.path.dirname(program) + "/inject_library"
        self.names = [None, *subprocess.run([beside, "--wrappers"], stdout=subprocess.PIPE,
                                            text=True, check=True).stdout.split()]
        self.environment = dict(os.environ, INJECT_TABLE=table_path, LC_ALL="C")
        if at_once:
            self.environment["INJECT_AT_ONCE"] = "1"

    def prepare(self, nth=0, way=0, lasts=0, choice=0):
        """Requests the fault of the next run."""
        table = self.table
        ctypes.memset(ctypes.addressof(table), 0, Table.trace.offset)
        table.nth, table.way, table.lasts, table.choice = nth, way, lasts, choice

    def run(self, arguments, **how):
        """Returns: the result of subprocess.run."""
        return subprocess.run([*self.command, *arguments], executable=self.program,
                              env=self.environment, timeout=60, **how)

    def start(self, arguments, **how):
        """Returns: the result of subprocess.Popen."""
        return subprocess.Popen([*self.command, *arguments], executable=self.program,
                                env=self.environment, **how)

    def places(self, most):
        """Returns: the calls of the last run to let fail: the first `most` of each way; 0 for all."""
        seen = {}
        for nth in range(1, min(self.table.n_calls + 1, TRACE)):
            way = self.table.trace[nth]
            seen[way] = seen.get(way, 0) + 1
            if most == 0 or seen[way] <= most:
                yield {"nth": nth}

    def ways(self):
        """Returns: all ways of the calls of the last run, in order."""
        n = min(self.table.n_calls + 1, TRACE)
        return [{"way": way} for way in dict.fromkeys(self.table.trace[1:n])]


def sweep(injector, run, judge, calls):
    """Makes each of these calls of `run(nth= or way=, lasts=, choice=)` fail, and calls `judge(result,
    what)`. Returns: the number of runs with a fault."""
    n = 0
    table = injector.table
    for call in list(calls):
        choice = n_choices = 0
        while choice <= n_choices:
            for lasts in (0, 1):
                place = " ".join(f"{key} {value}" for key, value in call.items())
                what = f"{place}, fault {choice}, {'from then on' if lasts else 'once'}"
                try:
                    result = run(**call, lasts=lasts, choice=choice)
                except subprocess.TimeoutExpired:
                    judge(None, f"{what} ({injector.names[table.call]})")
                    continue
                if table.call == 0 or table.fault == 0:
                    break
                n += 1
                n_choices = table.n_choices - 1
                how = "a part" if table.fault < 0 else os.strerror(table.fault)
                judge(result, f"{what} ({injector.names[table.call]}: {how})")
                # These faults happen once.
                if table.must_survive and table.fault in (errno.EINTR, errno.EAGAIN):
                    break
            choice += 1
    return n
