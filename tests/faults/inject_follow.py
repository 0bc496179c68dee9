# inject_follow.py - what happens to files while mmcat -f follows them and its calls fail
#
# A scene is what another program does to the files meanwhile. It goes on when the run has shown
# what it saw of the last change, so each change is seen; it is over when the run ends, or says
# something that it does not usually say, and is interrupted then as a person would. A run that
# falls silent was hung up by the fault.
#
# SPDX-License-Identifier: MIT

import contextlib
import os
import signal
import subprocess
import time

# Seconds without a sign of life; many, for machines with much else to do.
SILENCE = 20


class Over(Exception):
    """The run is not to go on."""


class Scene:
    """A run of mmcat -f, in a folder with its files."""

    def __init__(self, folder, process, printed, said, usual):
        """`printed()`, `said()`: its output so far. `usual`: the lines it may say, or None."""
        self.folder, self.process = folder, process
        self.printed, self.said, self.usual = printed, said, usual

    def surprises(self):
        lines = self.said().splitlines(True) if self.usual is not None else []
        return any(line[-1:] == b"\n" and line[:-1] not in self.usual for line in lines)

    def until(self, condition):
        end = time.monotonic() + SILENCE
        while not condition():
            if self.process.poll() is not None or self.surprises():
                raise Over
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(self.process.args, SILENCE)
            time.sleep(0.002)

    def prints(self, text):
        self.until(lambda: text in self.printed())

    def says(self, text, n=1):
        self.until(lambda: self.said().count(text) >= n)

    def path(self, name):
        return f"{self.folder}/{name}"

    def append(self, name, text):
        with open(self.path(name), "ab", buffering=0) as file:
            file.write(text)

    def put(self, name, text):
        with open(self.path(name), "wb", buffering=0) as file:
            file.write(text)

    def rename(self, name, to):
        os.rename(self.path(name), self.path(to))

    @contextlib.contextmanager
    def at_once(self):
        """All that is done meanwhile, the run sees together."""
        self.process.send_signal(signal.SIGSTOP)
        # If it has ended, there is nothing to wait for.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        yield
        self.process.send_signal(signal.SIGCONT)

    def is_catching(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            caught = [int(line[7:], 16) for line in file if line.startswith("SigCgt:")]
        return caught and caught[0] >> (signal.SIGINT - 1) & 1

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def play(self, action):
        """Returns: the run's status."""
        try:
            action(self)
            self.until(lambda: self.process.poll() is not None)
        except Over:
            # Before it is ready for that it ends by itself.
            if self.process.poll() is None and self.is_catching():
                self.interrupt()
            self.process.wait(SILENCE)
        finally:
            self.process.kill()
            self.process.wait()
        return self.process.returncode


def prepare(folder, out_path):
    """The files, as every scene finds them."""
    os.makedirs(folder + "/folder")
    for name, text in (("log", b"line 1\nline 2\n"), ("other", b"other 1\n"),
                       ("folder/log", b"line 1\nline 2\n")):
        with open(f"{folder}/{name}", "wb") as file:
            file.write(text)
    with contextlib.suppress(FileNotFoundError):
        os.link(out_path, folder + "/itself")


def nothing(scene):
    del scene


def grow(scene):
    scene.prints(b"line 2\n")
    scene.append("log", b"line 3\nline 4\n")
    scene.prints(b"line 4\n")
    scene.append("log", b"line 5\nline 6\nline 7\n")


def grow_and_stop(scene):
    scene.prints(b"line 2\n")
    scene.append("log", b"line 3\n")
    scene.prints(b"line 3\n")
    scene.interrupt()


def cut(scene):
    scene.prints(b"line 2\n")
    scene.put("log", b"line 3\n")
    scene.prints(b"line 3\n")
    scene.append("log", b"line 4\n")


def rotate(scene):
    """The second time before a byte of the next file is seen."""
    scene.prints(b"line 2\n")
    with scene.at_once():
        scene.append("log", b"line 3\n")
        scene.rename("log", "log.1")
        scene.put("log", b"")
    scene.says(b"replaced")
    with scene.at_once():
        scene.append("log", b"line 4\n")
        scene.rename("log", "log.2")
        scene.put("log", b"line 5\n")
    scene.prints(b"line 5\n")
    scene.append("log", b"line 6\n")


def become_a_folder(scene):
    """Nothing is said of what lasts for less than a second; what is printed of another file tells
    that it was seen."""
    scene.prints(b"other 1\n")
    with scene.at_once():
        os.unlink(scene.path("log"))
        os.mkdir(scene.path("log"))
        scene.append("other", b"other 2\n")
    scene.prints(b"other 2\n")
    with scene.at_once():
        os.rmdir(scene.path("log"))
        scene.put("log", b"line 3\n")


def become_the_output(scene):
    scene.prints(b"line 2\n")
    with scene.at_once():
        os.unlink(scene.path("log"))
        scene.rename("itself", "log")


def replace_the_folder(scene):
    scene.prints(b"line 2\n")
    with scene.at_once():
        scene.rename("folder", "gone")
        os.mkdir(scene.path("folder"))
        scene.put("folder/log", b"line 3\n")


def come_late(scene):
    scene.prints(b"line 2\n")
    scene.prints(b"other 1\n")
    scene.put("later", b"later 1\n")
    scene.prints(b"later 1\n")
    scene.append("log", b"line 3\n")
    scene.prints(b"line 3\n")
    scene.append("other", b"other 2\n")
    scene.prints(b"other 2\n")
    scene.interrupt()


# Like the others; then what happens meanwhile, and the usual status.
CASES = [
    ("follow to an end", "", "pipe", ["-f", "-l", "0:6", "log"], grow, 0),
    ("follow from the end", "", "pipe", ["-f", "-l", "-1:", "-m", "4", "log"], grow, 0),
    ("follow until interrupted", "", "pipe", ["-f", "log"], grow_and_stop, 0),
    ("follow to a file", "", "file", ["-f", "log"], grow_and_stop, 0),
    ("follow what is cut", "", "pipe", ["-f", "-m", "4", "log"], cut, 0),
    ("follow by name", "", "pipe", ["-f", "-m", "6", "log"], rotate, 0),
    ("follow what becomes a folder", "", "pipe", ["-f", "-m", "5", "log", "other"],
     become_a_folder, 0),
    ("follow in a folder that goes", "", "pipe", ["-f", "-m", "3", "folder/log"],
     replace_the_folder, 0),
    ("follow what becomes the output", "", "file", ["-f", "-l", "0:9", "log"],
     become_the_output, 2),
    ("follow the output", "", "file", ["-f", "-l", "0:9", "itself"], nothing, 2),
    # The one that is missing is looked for before the others are printed.
    ("follow several", "", "pipe", ["-f", "later", "log", "other"], come_late, 2),
    ("follow standard input", "<log", "pipe", ["-f", "-l", "0:4"], grow, 0),
    ("follow a pipe", "|small", "pipe", ["-f"], nothing, 0),
    ("follow a pseudo file", "", "pipe", ["-f", "/proc/version"], nothing, 0),
    ("follow to nowhere", "", "closed", ["-f", "log"], nothing, 2),
]

# Without these it looks instead of watching, and prints the same.
SURVIVED = ("inotify_add_watch", "inotify_init1", "lstat", "poll", "statfs")

# What is told beside a fault, of what came of it.
RECOVERED = (b"; following it", b"; following the new file", b"; following from the start")


def wrong(usual, result, failed):
    """What is wrong with a run that is not like the usual one, `failed` being what did."""
    said = [line for line in result.lines() if line not in usual.lines()]
    # How quickly a change was seen decides what is said of it.
    if (result.status, result.out, said) == (usual.status, usual.out, []):
        return None
    faults = [line for line in said if not line.endswith(RECOVERED)]
    if failed in SURVIVED:
        return f"status {result.status}, {result.err!r}: a fault that could be survived"
    if not 1 <= len(faults) <= 3 or any(not line.startswith(b"mmcat: ") for line in said):
        return f"status {result.status}, it prints {result.out!r} and says {result.err!r}"
    # Who was told that a name has nothing to follow has interrupted the wait.
    if result.status != 2 and not (result.status == 0 and b"; waiting for" in faults[0]):
        return f"status {result.status}, it says {result.err!r}"
    # After an error it goes on with the next file.
    if not usual.out.startswith(result.out) and (
            set(result.out.splitlines()) - set(usual.out.splitlines()) - {b"line 1", b"line 2"}):
        return f"it prints {result.out!r}"
    return None
