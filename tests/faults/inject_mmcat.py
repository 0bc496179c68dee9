# inject_mmcat.py PROGRAM FOLDER MOST - runs every action of mmcat, and makes every call fail
#
# A fault may have no effect, or end the run with status 2, one line on standard error and the
# beginning of the right output. It must never cause another output with status 0.
#
# SPDX-License-Identifier: MIT

import concurrent.futures
import fcntl
import os
import queue
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

import inject_follow
from inject import FILES, Injector, make_files, sweep

# Name, standard input, standard output, arguments. An input of "<" is a file, of "|" a pipe. With
# "spectator", standard error is a terminal and standard output a file. FOLDER is where indexes are made.
CASES = [
    ("print to a file", "", "file", ["middle"]),
    ("print to a pipe", "", "pipe", ["large"]),
    ("print a little", "", "pipe", ["small", "small"]),
    ("print to a pipe that is full", "", "nonblocking", ["large"]),
    ("print to nowhere", "", "closed", ["small"]),
    ("print from nowhere to nowhere", "closed", "closed", ["small"]),
    ("print a file into itself", "", "itself", ["/dev/stdout"]),
    ("reverse a file into itself", "", "itself", ["-r", "/dev/stdout"]),
    ("print to a terminal", "", "terminal", ["small"]),
    ("print a pipe to a pipe", "|middle", "pipe", []),
    ("print a pipe to a full pipe", "|large", "nonblocking", []),
    ("print a pipe to a file", "|middle", "file", []),
    ("print standard input", "<middle", "pipe", ["-"]),
    ("print a pseudo file", "", "pipe", ["/proc/version"]),
    ("bytes", "", "pipe", ["-b", "100:-100", "middle"]),
    ("bytes of a pipe", "|middle", "pipe", ["-b", "100:+100K"]),
    ("last bytes of a pipe", "|small", "pipe", ["-b", "-100:"]),
    ("lines", "", "pipe", ["-l", "1000:-1000", "middle"]),
    ("lines of standard input", "<middle", "file", ["-l", "5:"]),
    ("lines of a pipe", "|middle", "pipe", ["-l", "5:500"]),
    ("lines by key", "", "pipe", ["--key=regex=[0-9]+", "--from=78", "words", "words"]),
    ("lines of a pipe by key", "|words", "pipe", ["--key=number=2", "--until=78"]),
    ("sample", "", "pipe", ["--sample=70", "--seed=7", "-j3", "middle"]),
    ("sample of a pipe", "|middle", "pipe", ["--sample=70", "--seed=7", "-n", "-j1", "-e", "7"]),
    ("sample with a seed of its own", "", "pipe", ["--sample=9", "words"]),
    ("several ranges", "", "pipe", ["-l", ":2", "-b", "-100:", "-m", "3", "small"]),
    ("several ranges of a pipe", "|small", "pipe", ["-l", ":2", "-l", "-3:"]),
    ("shard", "", "file", ["-s", "2/3", "middle"]),
    ("find what overlaps itself in a shard", "", "pipe", ["-s", "2/2", "--offsets", "-e", r"\n\n\n", "newlines"]),
    ("compare", "", "pipe", ["--compare", "-j3", "--json", "large", "large"]),
    ("compare a pipe", "|middle", "file", ["--compare", "--json", "-l", "5:", "-", "middle"]),
    ("compare the end of a pipe", "|small", "pipe", ["--compare", "-q", "-b", "-900:", "-", "small"]),
    ("count", "", "pipe", ["-c", "-j3", "large", "small"]),
    ("count without a map", "", "pipe", ["-c", "--no-mmap", "middle"]),
    ("count of a pipe", "|middle", "pipe", ["-c"]),
    ("count of a pseudo file", "", "pipe", ["-c", "/proc/version"]),
    ("reverse", "", "pipe", ["-r", "-j3", "large"]),
    ("reverse a long line", "", "pipe", ["-r", "middle"]),
    ("reverse a pipe", "|small", "file", ["-r"]),
    ("reverse a pipe by name", "|small", "pipe", ["-r", "/dev/stdin"]),
    ("find", "", "pipe", ["-e", "line 77", "-j3", "large"]),
    ("find offsets", "", "pipe", ["-e", "line 77", "--offsets", "-j3", "large"]),
    ("find, with line numbers", "", "pipe", ["-e", "line 77", "-n", "middle"]),
    ("find far apart, with line numbers", "", "pipe", ["-e", "here", "-n", "far"]),
    ("find behind the start, with line numbers", "<far", "pipe", ["-e", "here", "-n"]),
    ("find in a pipe, with line numbers", "|middle", "pipe", ["-e", "line 77", "-n"]),
    ("find offsets, as JSON", "", "pipe", ["-e", "here", "--offsets", "-n", "--json", "far"]),
    ("find offsets in a pipe, as JSON", "|middle", "pipe",
        ["-e", "line 77", "--offsets", "-n", "--json"]),
    ("find others", "", "pipe", ["-v", "-e", "line 77", "-j3", "large"]),
    ("find with context", "", "pipe", ["-C", "2", "-e", "line 77", "middle"]),
    ("find in a pipe with context", "|middle", "pipe", ["-C", "2", "-e", "line 77"]),
    ("count records", "", "pipe", ["-c", "-j1", "-R", r"line \d*7", "middle"]),
    ("records of a pipe", "|middle", "pipe", ["-j1", "-R", r"line \d*7", "-l", "2:50"]),
    ("reverse records", "", "pipe", ["-r", "-j1", "-R", "line 7", "middle"]),
    ("find in records", "", "pipe", ["-n", "-j1", "-R", "line 7", "-e", r"\nline 8", "middle"]),
    ("count rows", "", "pipe", ["-c", "-j1", "--csv", "--separator= ", "middle"]),
    ("rows of a pipe", "|middle", "pipe", ["-j1", "--csv", "-l", "2:50"]),
    ("reverse rows", "", "pipe", ["-r", "-j1", "--csv", "middle"]),
    ("find in rows", "", "pipe", ["-n", "-j1", "--csv", "-e", "line 77", "middle"]),
    ("test fields", "", "pipe", ["-n", "-j3", "--separator= ", "--where=2 >= 77 && 1 == 'line'", "indexed"]),
    ("test fields of a pipe", "|indexed", "pipe", ["-j1", "--csv", "--separator= ", "--where=2 == 77", "-m", "2"]),
    ("test fields in reverse order", "", "pipe", ["-r", "-j1", "--csv", "--separator= ", "--where=2 > 77", "words"]),
    ("test fields of a sample", "", "pipe", ["--sample=9", "--seed=1", "-j1", "--separator= ", "--where=2<99", "words"]),
    ("find in fields", "", "pipe", ["-j1", "--separator= ", "--in=2-", "-F2", "-e", "77", "indexed"]),
    ("find a pattern in fields", "", "pipe", ["-c", "-j1", "--csv", "--separator= ", "--in=2", "-E", "^77$", "words"]),
    ("find the last", "", "pipe", ["-r", "-m", "3", "-e", "line 77", "middle"]),
    ("find several", "", "pipe", ["-o", "-e", "line 77", "-e", "line 88", "middle"]),
    ("find the texts of a file", "", "pipe", ["--patterns", "words", "middle"]),
    ("pattern, as JSON", "", "pipe", ["-E", "line 7+ ", "--offsets", "--json", "small"]),
    ("find and count", "", "pipe", ["-c", "-e", "line 77", "middle"]),
    ("find in a pipe", "|middle", "pipe", ["-e", "line 77"]),
    ("find nothing", "", "pipe", ["-e", "line 77", "middle", "packed"]),
    ("find nothing in a pipe", "|packed", "pipe", ["-e", "line 77", "small", "-"]),
    ("pattern", "", "pipe", ["-E", "line 7+ ", "-j3", "large"]),
    ("pattern in a pipe", "|middle", "pipe", ["-E", "ne 7+ "]),
    ("hex", "", "pipe", ["-x", "-j3", "middle"]),
    ("hex with holes", "", "pipe", ["-x", "holes"]),
    ("hex of a pipe", "|small", "pipe", ["-x"]),
    ("numbers", "", "pipe", ["-t", "i64le", "-j3", "numbers"]),
    ("records of a pipe", "|numbers", "pipe", ["-t", "a:i32le,b:i32le,c:u64le"]),
    ("reverse numbers", "", "pipe", ["-r", "-t", "i64le", "-j1", "--header=8", "numbers"]),
    ("sample numbers", "", "pipe", ["--sample=50", "--seed=1", "-t", "i64le", "-j1", "numbers"]),
    ("distinct lines", "", "pipe", ["-u", "-j1", "small", "middle"]),
    ("distinct lines of three threads", "", "pipe", ["-u", "-j3", "--by=count", "large"]),
    ("distinct lines in a file", "", "pipe", ["-u", "-j1", "--memory=64K", "--spill", "middle"]),
    ("distinct lines in a file, sorted", "", "pipe",
        ["-u", "-j1", "--memory=300K", "--spill", "--by=value", "middle"]),
    ("distinct fields", "", "pipe", ["-u", "-j1", "-F1,1", "--separator= ", "small"]),
    ("distinct fields of a pipe", "|small", "pipe", ["-u", "-j1", "-F2", "--separator= ", "--json"]),
    ("distinct fields, larger than a buffer", "", "pipe",
        ["-u", "-c", "-j1", "-F" + ",".join("1" * 10), "--separator=y", "large"]),
    ("distinct matches", "", "pipe", ["-u", "-j1", "-o", "-E", "[0-9]", "middle"]),
    ("distinct rows", "", "pipe", ["-u", "-c", "-j1", "--csv", "middle"]),
    ("distinct records", "", "pipe", ["-u", "-j1", "-t", "u16", "numbers"]),
    ("sample distinct records", "", "pipe", ["-u", "--sample=50", "--seed=1", "-t", "u8", "-j1", "numbers"]),
    ("totals", "", "pipe", ["-j3", "--separator= ", "--sum=2", "--json", "-l", ":70000", "large"]),
    ("totals of doubles", "", "pipe", ["-j1", "--separator= ", "--mean=2", "--max=2", "floats"]),
    ("totals of a pipe", "|floats", "pipe", ["-j1", "--separator= ", "--min=2", "--sum=1"]),
    ("totals of records", "", "pipe", ["-j1", "-t", "a:f64,b:i64", "--sum=a", "--min=b", "numbers"]),
    ("totals of a sample", "", "pipe", ["-j1", "-t", "f64", "--sum=1", "--sample=50", "--seed=1", "numbers"]),
    ("totals of distinct fields", "", "pipe", ["-u", "-j1", "-F1", "--separator= ", "--sum=2", "--sum=1", "floats"]),
    ("totals of distinct fields in a file", "", "pipe",
        ["-u", "-j1", "-F2", "--separator= ", "--memory=64K", "--spill", "--max=2", "-l", ":3000", "large"]),
    ("fields by name", "", "pipe", ["-j1", "--header", "--separator= ", "-F", "line", "small", "large"]),
    ("fields by name, as JSON", "|small", "pipe", ["-j1", "--header", "--separator= ", "-F", "line", "--json"]),
    ("fields of records", "", "pipe", ["-j1", "-t", "a:i32,b:i32", "-F", "b,a", "numbers"]),
    ("test numbers", "", "pipe", ["-w3", "-t", "n:i64le", "-j3", "--where=n > 19 || 1 < 3", "numbers"]),
    ("distinct records by a test", "", "pipe", ["-u", "-j1", "-t", "u16", "--where=1 < 9", "numbers"]),
    ("totals of records by a test", "", "pipe", ["-j1", "-t", "i64", "--sum=1", "--where=1 < 9", "numbers"]),
    ("test numbers of a pipe", "|numbers", "pipe", ["-c", "-t", "i64le", "--where=1 > 19"]),
    ("count records", "", "pipe", ["-c", "-t", "u32", "numbers"]),
    ("count records of a pipe", "|numbers", "pipe", ["-c", "-t", "u32"]),
    ("info", "", "pipe", ["-i", "small", "middle"]),
    ("info as JSON", "", "pipe", ["-i", "--json", "small"]),
    ("info of a pipe", "|small", "pipe", ["-i"]),
    ("with an index", "", "pipe", ["-l", "200000:", "-m", "3", "indexed"]),
    ("count with an index", "", "pipe", ["-c", "-j1", "-b", "1000:-1000", "indexed"]),
    ("find with an index", "", "pipe", ["-j1", "-n", "-m", "3", "-e", "line 77", "indexed"]),
    ("info of an index", "", "pipe", ["-i", "--json", "indexed"]),
    ("make an index", "", "pipe", ["-j1", "-l", "-3:", "--index=FOLDER/made", "indexed"]),
    ("extend an index", "", "pipe", ["-j1", "-l", "-3:", "--index=FOLDER/old", "indexed"]),
    ("stats", "", "pipe", ["--stats", "-c", "small"]),
    ("progress", "", "spectator", ["-c", "middle"]),
    ("progress beside a terminal", "", "terminals", ["-c", "middle"]),
    ("help", "", "pipe", ["--help"]),
    ("version", "", "pipe", ["--version"]),
]

# Cases at a time: those that compute, and those of -f, which mostly wait.
N_BUSY, N_WAITING = 2, 8


def meaning(case, out):
    """The output without what varies. Holes that cannot be queried are shown as zeroes, so rows of -x
    are turned into their bytes, up to the end offset. How much of a file is in memory changes at any
    time."""
    if case[3][:1] == ["-i"]:
        return re.sub(rb'in memory: [\d.]+ %\n +\|.*\||"cached":\d+', b"in memory", out)
    if case[3][:1] != ["-x"]:
        return out
    view, row = bytearray(), bytes(16)
    for line in out.decode().splitlines():
        if line == "*":
            continue
        place, _, rest = line.partition("  ")
        # The rows that were left out, up to this one.
        while len(view) < int(place, 16):
            view += row
        row = bytes(16) if rest.startswith("hole") else bytes.fromhex(rest.split("|")[0])
        if rest and not rest.startswith("hole"):
            view += row
    return bytes(view)


INDEX_HEADER = 256


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def make_indexes(program, folder):
    """The index of a file, and one that can be extended."""
    with open(folder + "/shorter", "wb") as file:
        file.write(read_file(folder + "/indexed")[:-100000])
    for place, name in ("", "indexed"), (f"={folder}/old", "shorter"):
        subprocess.run([program, f"--index{place}", "-b0:0", name], cwd=folder, check=True)


def wait_full(fd, seconds):
    """Waits until a pipe is full: at least half full, and no fuller than a moment ago."""
    end, before = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        time.sleep(0.005)
        held = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0" * 4))[0]
        if held == before and held >= 32768:
            break
        before = held


def drain(fd, parts, delay):
    if delay > 0:
        wait_full(fd, delay)
    while True:
        try:
            part = os.read(fd, 1 << 20)
        except OSError:  # the end of a terminal
            part = b""
        if not part:
            break
        parts.append(part)
    os.close(fd)


def index_of(case):
    """The name of the index that a case makes, or None."""
    names = [word.partition("FOLDER/")[2] for word in case[3] if "FOLDER/" in word]
    return names[0] if names else None


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def lines(self):
        """The messages, without the figures of --stats."""
        return [line for line in self.err.splitlines() if b" GB/s" not in line]


class Runner:
    """Runs cases, one at a time, in a folder of its own."""

    def __init__(self, program, files, folder):
        self.files, self.spool, self.scene = files, folder + "/spool", folder + "/scene"
        os.makedirs(self.spool)
        self.indexes, self.new_index = folder + "/indexes", None
        self.out_path = folder + "/out"
        open(self.out_path, "wb").close()
        self.injector = Injector(folder + "/table", program, True)
        self.injector.environment.update(TMPDIR=self.spool, TERM="dumb", COLUMNS="80")
        self.injector.command = ["mmcat"]

    def run(self, case, said_usually=None, **wanted):
        """`said_usually`: messages that do not end a scene."""
        _, source, sink, arguments, *follow = case
        folder = self.scene if follow else self.files
        how = {"cwd": folder, "stdin": subprocess.DEVNULL}
        parts, errors, readers, ours = [], [], [], []

        if index_of(case):
            self.prepare_index(case)
            arguments = [word.replace("FOLDER", self.indexes) for word in arguments]
        if follow:
            shutil.rmtree(folder, ignore_errors=True)
            inject_follow.prepare(folder, self.out_path)
        if source.startswith("<"):
            # Starts after some bytes, which must not be read.
            how["stdin"] = open(folder + "/" + source[1:], "rb", buffering=0)
            how["stdin"].seek(7 if follow else 1000)
        elif source.startswith("|"):
            # A separate process writes, since this program might wait for itself.
            cat = subprocess.Popen(["cat", source[1:]], cwd=self.files, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
            how["stdin"] = cat.stdout

        def give(stream, into, terminal=False, delay=0):
            r, w = os.openpty() if terminal else os.pipe()
            os.set_blocking(w, delay == 0)
            readers.append(threading.Thread(target=drain, args=(r, into, delay)))
            how[stream] = w
            ours.append(w)

        give("stderr", errors, terminal=sink in ("spectator", "terminals"))
        if sink in ("file", "itself", "spectator"):
            how["stdout"] = os.open(self.out_path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            ours.append(how["stdout"])
            # mmcat would read again what it writes there.
            if sink == "itself":
                os.write(how["stdout"], b"what is there\n")
        else:
            # Reads late, so that the pipe fills even on a busy machine; a run that fails early does
            # not fill it.
            late = (0.1 if wanted else 1) if sink == "nonblocking" else 0
            give("stdout", parts, sink in ("terminal", "terminals"), late)
        if sink == "closed":
            how["preexec_fn"] = lambda: os.closerange(0 if source == "closed" else 1, 2)
        for thread in readers:
            thread.start()
        self.injector.prepare(**wanted)
        try:
            if follow:
                scene = inject_follow.Scene(
                    folder, self.injector.start(arguments, **how), lambda: self.out_of(sink, parts),
                    lambda: b"".join(errors), said_usually)
                status = scene.play(follow[0])
            else:
                status = self.injector.run(arguments, **how).returncode
        finally:
            if source[:1] in ("<", "|"):
                how["stdin"].close()
            if source.startswith("|"):
                cat.wait()
            for fd in ours:
                os.close(fd)
            for thread in readers:
                thread.join()
        return Result(status, self.out_of(sink, parts), b"".join(errors))

    def prepare_index(self, case):
        shutil.rmtree(self.indexes, ignore_errors=True)
        os.mkdir(self.indexes)
        if index_of(case) == "old":
            shutil.copy(self.files + "/old", self.indexes)

    def wrong_index(self, case, status):
        """After a run there is the new index, or after an error what was there before."""
        name = index_of(case)
        for other in os.listdir(self.indexes):
            if other != name:
                return f"{other} stays beside the index"
        if not os.path.exists(f"{self.indexes}/{name}"):
            return "there is no index" if name == "old" or status == 0 else None
        content = read_file(f"{self.indexes}/{name}")
        # The header has the time.
        if len(content) > INDEX_HEADER and content[INDEX_HEADER:] == self.new_index[INDEX_HEADER:]:
            return None
        if name == "old" and status == 2 and content == read_file(self.files + "/old"):
            return None
        return f"an index of {len(content)} bytes"

    def out_of(self, sink, parts):
        if sink not in ("file", "itself", "spectator"):
            return b"".join(parts)
        with open(self.out_path, "rb") as file:
            return file.read()

    def wrong(self, case, usual, n_descriptors, result):
        """What is wrong with a run with a fault; None if nothing is."""
        table = self.injector.table
        for name in os.listdir(self.spool):
            os.unlink(self.spool + "/" + name)
            return f"{name} stays in TMPDIR"
        if index_of(case):
            wrong = self.wrong_index(case, result.status)
            if wrong:
                return wrong
        # After a wrong pattern, layout or list of fields, or without memory for one, mmcat exits with its
        # input open. So it does without a seed.
        dies = result.status == 2 and any(word in ("-e", "-E", "-F", "-R", "--csv", "--patterns", "-t", "-u") or
            word.startswith(("--key=regex", "--sample", "--where", "--sum", "--mean", "--min")) for word in case[3])
        if table.n_descriptors > n_descriptors and not dies:
            return f"{table.n_descriptors} descriptors are open, usually {n_descriptors}"
        out, all_of_it = meaning(case, result.out), meaning(case, usual.out)
        if (result.status, out, result.lines()) == (usual.status, all_of_it, usual.lines()):
            return None
        if table.must_survive:
            return f"status {result.status}, {result.err!r}: a fault that could be survived"
        if case in inject_follow.CASES:
            return inject_follow.wrong(usual, result, self.injector.names[table.call])
        if result.status != 2:
            return f"status {result.status}, {len(result.out)} of {len(usual.out)} bytes"
        messages = [line for line in result.lines() if line not in usual.lines()]
        most = sum(name in (*FILES, "-") for name in case[3]) + (index_of(case) is not None)
        if not 1 <= len(messages) <= max(1, most) or any(
                not line.startswith(b"mmcat: ") for line in messages):
            return f"messages {result.err!r}"
        # After an error mmcat continues with the next file.
        if len(messages) == 1 and not all_of_it.startswith(out) and (
                set(out.splitlines()) - set(all_of_it.splitlines())):
            return f"the output is neither the usual {len(usual.out)} bytes nor a part of them"
        return None

    def sweep(self, case, most):
        try:
            usual = self.run(case)
        except subprocess.TimeoutExpired:
            return 0, [f"{case[0]} without a fault: it hangs"]
        n_descriptors = self.injector.table.n_descriptors
        wrongs = []
        if index_of(case):
            self.new_index = read_file(f"{self.indexes}/{index_of(case)}")
        if b"library is missing" in usual.err:
            print(f"skipped: {case[0]}, whose library is missing")
            return 0, []
        follow = case[4:]
        if usual.status != (follow[1] if follow else 2 if case[2] in ("closed", "itself") else 0):
            return 0, [f"{case[0]} without a fault: {usual.status}, {usual.err!r}"]

        def judge(result, what):
            wrong = self.wrong(case, usual, n_descriptors, result) if result else "it hangs"
            if wrong:
                wrongs.append(f"{case[0]}, {what}: {wrong}")

        def run(**wanted):
            return self.run(case, said_usually=usual.lines(), **wanted)

        calls = self.injector.ways() if follow else self.injector.places(most)
        return sweep(self.injector, run, judge, calls), wrongs


def main():
    program, folder, most = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    # If SIGINT is ignored, as in background jobs of a shell, -f ignores it, too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    runners = queue.Queue()
    make_files(folder)
    make_indexes(program, folder)
    for i in range(N_WAITING):
        runners.put(Runner(program, folder, f"{folder}/mmcat{i}"))

    def work(case):
        runner = runners.get()
        try:
            return case, *runner.sweep(case, most)
        finally:
            runners.put(runner)

    n_runs = n_wrong = 0
    n_cases = 0
    for cases, n_threads in (CASES, N_BUSY), (inject_follow.CASES, N_WAITING):
        cases = [case for case in cases if len(sys.argv) < 5 or case[0] in sys.argv[4:]]
        n_cases += len(cases)
        with concurrent.futures.ThreadPoolExecutor(n_threads) as pool:
            for case, n, wrongs in pool.map(work, cases):
                print(f"{case[0]}: {n} faults")
                for wrong in wrongs:
                    print(f"FAILED: {wrong}")
                n_runs += n
                n_wrong += len(wrongs)
    print(f"mmcat: {n_cases} cases, {n_runs} runs with a fault, {n_wrong} wrong")
    # A sweep without any fault tests nothing.
    return 1 if n_wrong or n_runs < 100 else 0


sys.exit(main())
