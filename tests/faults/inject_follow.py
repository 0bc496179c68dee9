# inject_follow.py - changes files while mmcat -f follows them and its calls fail
#
# A scene is what another program does to the files. It waits until the run has shown the last
# change before it makes the next, so the run sees each change. The scene is over when the run ends,
# or prints a message that it does not usually print; then the scene interrupts it as a user would.
# A run that prints nothing any more hangs because of the fault.
#
# SPDX-License-Identifier: MIT

import contextlib
import os
import signal
import subprocess
import time

# Seconds without output; long enough for a busy machine.
SILENCE = 20


class Over(Exception):
    """The run should end now."""


class Scene:
    """A run of mmcat -f, in a folder with its files."""

    def __init__(self, folder, process, printed, said, usual):
        """`printed()`, `said()`: its output so far. `usual`: the allowed messages, or None."""
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
        """The run sees all changes in the block at once."""
        self.process.send_signal(signal.SIGSTOP)
        # If the run has ended, there is nothing to wait for.
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
        """Returns: the status of the run."""
        try:
            action(self)
            self.until(lambda: self.process.poll() is not None)
        except Over:
            # A run that is not ready for the signal ends by itself.
            if self.process.poll() is None and self.is_catching():
                self.interrupt()
            self.process.wait(SILENCE)
        finally:
            self.process.kill()
            self.process.wait()
        return self.process.returncode


def prepare(folder, out_path):
    """Makes the files at the start of every scene."""
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
    """The second rotation happens before any byte of the next file is seen."""
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
    """A change that lasts less than a second causes no message; output for another file shows that the
    run saw it."""
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


# Like CASES of inject_mmcat.py; then the scene, and the usual status.
CASES = [
    ("follow to an end", "", "pipe", ["-f", "-l", "0:6", "log"], grow, 0),
    ("follow from the end", "", "pipe", ["-f", "-l", "-1:", "-m", "4", "log"], grow, 0),
    ("follow until interrupted", "", "pipe", ["-f", "log"], grow_and_stop, 0),
    ("follow to a file", "", "file", ["-f", "log"], grow_and_stop, 0),
    ("follow what is cut", "", "pipe", ["-f", "-m", "4", "log"], cut, 0),
    ("follow by name", "", "pipe", ["-f", "-m", "6", "log"], rotate, 0),
    ("search what is followed", "", "pipe", ["-f", "-n", "-m", "4", "-e", "line", "log"], cut, 0),
    ("search by name", "", "pipe", ["-f", "-n", "-v", "-m", "6", "-e", "x", "log"], rotate, 0),
    ("follow what becomes a folder", "", "pipe", ["-f", "-m", "5", "log", "other"],
     become_a_folder, 0),
    ("follow in a folder that goes", "", "pipe", ["-f", "-m", "3", "folder/log"],
     replace_the_folder, 0),
    ("follow what becomes the output", "", "file", ["-f", "-l", "0:9", "log"],
     become_the_output, 2),
    ("follow the output", "", "file", ["-f", "-l", "0:9", "itself"], nothing, 2),
    # The missing file is looked for before the others are printed.
    ("follow several", "", "pipe", ["-f", "later", "log", "other"], come_late, 2),
    ("follow standard input", "<log", "pipe", ["-f", "-l", "0:4"], grow, 0),
    ("follow a pipe", "|small", "pipe", ["-f"], nothing, 0),
    ("follow a pseudo file", "", "pipe", ["-f", "/proc/version"], nothing, 0),
    ("follow to nowhere", "", "closed", ["-f", "log"], nothing, 2),
]

# Without these functions mmcat polls instead of watching, and prints the same.
SURVIVED = ("inotify_add_watch", "inotify_init1", "lstat", "poll", "statfs")

# Messages that may follow the message of a fault.
RECOVERED = (b"; following it", b"; following the new file", b"; following from the start")


def wrong(usual, result, failed):
    """What is wrong with a run, compared with the usual one; `failed` is the function that failed."""
    messages = [line for line in result.lines() if line not in usual.lines()]
    # The messages depend on how quickly a change was seen.
    if (result.status, result.out, messages) == (usual.status, usual.out, []):
        return None
    faults = [line for line in messages if not line.endswith(RECOVERED)]
    if failed in SURVIVED:
        return f"status {result.status}, {result.err!r}: a fault that could be survived"
    if not 1 <= len(faults) <= 3 or any(not line.startswith(b"mmcat: ") for line in messages):
        return f"status {result.status}, output {result.out!r}, messages {result.err!r}"
    # The scene has interrupted a run that waits for a file.
    if result.status != 2 and not (result.status == 0 and b"; waiting for" in faults[0]):
        return f"status {result.status}, messages {result.err!r}"
    # After an error mmcat continues with the next file.
    if not usual.out.startswith(result.out) and (
            set(result.out.splitlines()) - set(usual.out.splitlines()) - {b"line 1", b"line 2"}):
        return f"wrong output {result.out!r}"
    return None
