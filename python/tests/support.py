# support.py - what the tests share: files of random bytes, and readers of each backing
#
# SPDX-License-Identifier: MIT
import os
import random
import subprocess
import sys
import tempfile
import unittest

import mmreader

# How a reader of a file gives the same bytes.
BACKINGS = "mapped", "copied", "unmapped", "bytes"


class Case(unittest.TestCase):
    """A test with a folder of its own and a fixed seed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.random = random.Random(self.id())

    def path(self, data, name="data"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def reader(self, data, backing="mapped", **options):
        if backing == "bytes":
            reader = mmreader.open_bytes(data)
        else:
            reader = mmreader.open(self.path(data), backing=backing, **options)
        self.addCleanup(reader.close)
        return reader

    def readers(self, data, backings=BACKINGS):
        """Each backing in turn. Messages of assertions name it."""
        for backing in backings:
            self.where = backing, len(data)
            yield self.reader(data, backing)

    def _formatMessage(self, message, standard):
        return super()._formatMessage(message, f"{standard} {getattr(self, 'where', '')}")

    def pipe(self, data):
        """A reader of a pipe that holds the data, and is closed for writing."""
        ends = os.pipe()
        os.write(ends[1], data)
        os.close(ends[1])
        reader = mmreader.open(ends[0])
        os.close(ends[0])
        self.addCleanup(reader.close)
        return reader

    def text(self, size, letters=b"ab\n"):
        return bytes(self.random.choices(letters, k=size))

    def check_interrupt(self, statement):
        """Ctrl-C ends a statement that waits, with KeyboardInterrupt."""
        # If SIGINT is ignored, as in background jobs of a shell, Python leaves it so.
        code = f"""if True:
            import mmreader, os, signal, threading
            signal.signal(signal.SIGINT, signal.default_int_handler)
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                {statement}
            except KeyboardInterrupt:
                print("interrupted")
        """
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
        self.assertEqual(done.stdout, b"interrupted\n", done.stderr)
