# test_follow.py - files that grow, are truncated and are replaced
#
# SPDX-License-Identifier: MIT
import itertools
import os
import threading
import time
import unittest

import mmreader
import support


class Follow(support.Case):
    def append(self, path, data):
        with open(path, "ab") as file:
            file.write(data)

    def until(self, follower, kind):
        """The events up to one of a kind, without 'opened'."""
        events = []
        while not events or events[-1].kind != kind:
            event = follower.next(timeout=20)
            self.assertIsNotNone(event, f"no {kind} after {events}")
            events.append(event)
        return events

    def test_events(self):
        path = self.path(b"old\n")
        with mmreader.Follow() as follower:
            self.assertEqual(follower.add(path, 0), 0)
            grew = self.until(follower, "grew")[-1]
            self.assertEqual(grew[1:], (0, b"old\n", 0, 4, 0))
            self.assertIsNone(follower.next(timeout=0))
            self.append(path, b"new\n" * 1000)
            data = b""
            while len(data) < 4000:
                data += self.until(follower, "grew")[-1].data
            self.assertEqual(data, b"new\n" * 1000)
            os.truncate(path, 2)
            self.until(follower, "truncated")
            self.assertEqual(self.until(follower, "grew")[-1].data, b"ol")
            os.replace(self.path(b"other\n", "other"), path)
            self.until(follower, "replaced")
            self.assertEqual(self.until(follower, "grew")[-1].data, b"other\n")
            os.remove(path)
            self.until(follower, "gone")
            follower.remove(0)
            follower.remove(77)
            follower.remove(-1)
        self.assertRaises(ValueError, follower.next)
        follower.close()

    def test_large(self):
        data = self.text(5 << 20)
        path = self.path(data)
        with mmreader.Follow() as follower:
            follower.add(path, 0)
            found = b""
            while len(found) < len(data):
                event = self.until(follower, "grew")[-1]
                self.assertEqual(event.start, len(found))
                self.assertLessEqual(len(event.data), 1 << 20)
                found += event.data
            self.assertEqual(found, data)

    def test_lines(self):
        path = self.path(b"skipped\n")

        def write():
            for part in (b"one\nt", b"wo\n", b"three"):
                time.sleep(0.1)
                self.append(path, part)
            time.sleep(0.1)
            os.replace(self.path(b"four\nfive\n", "next"), path)

        lines = mmreader.follow(path, offset=8)
        thread = threading.Thread(target=write)
        thread.start()
        found = list(itertools.islice(lines, 5))
        thread.join()
        self.assertEqual(found, [b"one\n", b"two\n", b"three", b"four\n", b"five\n"])
        lines.close()

    def test_descriptor(self):
        path = self.path(b"abc")
        with open(path, "rb") as file, mmreader.Follow() as follower:
            follower.add(file, offset=1)
            follower.add(file.fileno())
            self.assertEqual(self.until(follower, "grew")[-1].data, b"bc")

    def test_refused(self):
        with mmreader.Follow() as follower:
            self.assertRaises(OSError, follower.add, self.folder)
            self.assertRaises(TypeError, follower.add, None)
            self.assertRaises(OSError, follower.add, 98765)
            self.assertRaises(ValueError, follower.add, self.path(b""), -1)
            self.assertRaises(ValueError, follower.next, -1)
            self.assertRaises(ValueError, follower.next, float("nan"))
            self.assertRaises(TypeError, follower.next, "1")
            self.assertRaises(TypeError, follower.remove, "1")
        self.assertRaises(ValueError, follower.add, self.path(b""))
        self.assertRaises(ValueError, follower.__enter__)
        self.assertRaises(TypeError, mmreader.Follow, 1)

    def test_threads(self):
        with mmreader.Follow() as follower:
            follower.add(self.path(b"x"))
            self.until(follower, "opened")
            waiting = threading.Thread(target=follower.next, args=(2,))
            waiting.start()
            time.sleep(0.3)
            if waiting.is_alive():
                self.assertRaises(ValueError, follower.close)
                self.assertRaises(ValueError, follower.next)
            waiting.join()

    def test_interrupted(self):
        self.check_interrupt(f"list(mmreader.follow({self.path(b'x')!r}))")


if __name__ == "__main__":
    unittest.main()
