# test_mmap.py - the semantics of mmap.mmap, with mmap itself as the oracle
#
# The same calls with the same random arguments must return the same values or raise the same
# exceptions.
#
# SPDX-License-Identifier: MIT
import mmap
import os
import pathlib
import unittest

import mmreader
import support

# Indexes that are at or beyond an end of each size below, or do not fit into a word.
FAR = 0, 1, 2, -1, -2, 7, -7, 4095, 4096, -4096, 70000, -70000, 2**31, -(2**31), 2**63 - 1, \
    -(2**63), 2**64, -(2**64)


class Closing:
    """An index that closes a reader before it is used."""

    def __init__(self, reader):
        self.reader = reader

    def __index__(self):
        self.reader.close()
        return 1


class Mmap(support.Case):
    SIZES = 1, 5, 4096, 5000, 70001

    def both(self, data, backing):
        """A reader and a map of the same bytes."""
        with open(self.path(data, "oracle"), "rb") as file:
            oracle = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.addCleanup(oracle.close)
        return self.reader(data, backing), oracle

    def each(self, letters=bytes(range(256))):
        for size in self.SIZES:
            for backing in support.BACKINGS:
                self.where = backing, size
                yield self.both(self.text(size, letters), backing)

    def outcome(self, call):
        try:
            return call()
        except Exception as error:
            return type(error)

    def same(self, ours, theirs, what):
        self.assertEqual(self.outcome(ours), self.outcome(theirs), what)

    def index(self, size):
        if self.random.random() < 0.3:
            return self.random.choice(FAR)
        return self.random.randint(-size - 3, size + 3)

    def test_index(self):
        for f, m in self.each():
            for i in [*FAR, *(self.index(len(m)) for _ in range(100))]:
                self.same(lambda: f[i], lambda: m[i], i)
            for i in None, "1", b"1", 1.0, (1,):
                self.same(lambda: f[i], lambda: m[i], i)

    def test_slice(self):
        steps = None, 1, 2, 3, -1, -2, 100, -4097, 70000, -70000, 0, 2**63 - 1, -(2**63), 2**70
        for f, m in self.each():
            for _ in range(200):
                start, stop = (self.random.choice([None, self.index(len(m))]) for _ in "ab")
                cut = slice(start, stop, self.random.choice(steps))
                self.same(lambda: f[cut], lambda: m[cut], cut)

    def ends_before_it_starts(self, args, size):
        """Whether a range is one for which find of mmap in Python 3.11.2 gives its search a
        negative length: a debug build aborts, and an empty text is found."""
        if len(args) < 2 or not all(-(2**63) <= x < 2**63 for x in args):
            return False
        start, end = (max(x + size, 0) if x < 0 else min(x, size) for x in args)
        return start > end

    def test_find(self):
        for f, m in self.each(b"ab\0"):
            for _ in range(100):
                text = self.text(self.random.choice([0, 1, 1, 2, 3, 8, 4096]), b"ab\0")
                if self.random.random() < 0.5:
                    at = self.random.randrange(len(m))
                    text = m[at : at + self.random.randrange(1, 300)]
                args = [self.index(len(m)) for _ in range(self.random.randrange(3))]
                f.seek(self.random.randrange(len(m)))
                m.seek(f.tell())
                if self.ends_before_it_starts(args, len(m)):
                    self.assertEqual(f.find(text, *args), -1)
                    self.assertEqual(f.rfind(text, *args), -1)
                    continue
                self.same(lambda: f.find(text, *args), lambda: m.find(text, *args), (text, args))
                self.same(lambda: f.rfind(text, *args), lambda: m.rfind(text, *args), (text, args))
            for text in "a", None, 1, bytearray(b"a"), memoryview(b"ab"):
                self.same(lambda: f.find(text, 0), lambda: m.find(text, 0), text)

    def test_find_across_windows(self):
        data = bytearray(b"a" * (5 << 20))
        for at in (1 << 20) - 3, (2 << 20) - 1, 3 << 20:
            data[at : at + 5] = b"bbxbb"
        for f in self.readers(bytes(data)):
            for text in b"bbxbb", b"abbx", b"xb", b"bb":
                for start, end in (0, len(data)), (1 << 20, 3 << 20), (2 << 20, (3 << 20) + 4):
                    self.assertEqual(f.find(text, start, end), data.find(text, start, end))
                    self.assertEqual(f.rfind(text, start, end), data.rfind(text, start, end))

    def test_position(self):
        for f, m in self.each(b"ab\n"):
            for _ in range(150):
                call = self.random.choice(["read", "readline", "read_byte", "seek", "tell"])
                args = []
                if call == "read":
                    args = self.random.choice([[], [None], [self.index(len(m))]])
                elif call == "seek":
                    args = [self.index(len(m)), self.random.choice([0, 1, 2, 3, -1])]
                ours, theirs = getattr(f, call), getattr(m, call)
                if call == "seek":
                    # mmap.seek returns the position only since Python 3.13.
                    self.same(lambda: [ours(*args)] and f.tell(),
                              lambda: [theirs(*args)] and m.tell(), (call, args))
                else:
                    self.same(lambda: ours(*args), lambda: theirs(*args), (call, args))
                self.assertEqual(f.tell(), m.tell(), (call, args))

    def test_arguments(self):
        for f, m in self.each():
            for call, args in (
                ("read", ["1"]), ("read", [1.0]), ("read", [1, 2]), ("readline", [1]),
                ("seek", []), ("seek", ["1"]), ("find", []), ("find", [b"a", "1"]),
                ("find", [b"a", 1, 2, 3]), ("rfind", [b"a", 0, 1.5]), ("tell", [1]),
            ):
                self.same(lambda: getattr(f, call)(*args), lambda: getattr(m, call)(*args),
                          (call, args))

    def test_read_only(self):
        for f, m in self.each():
            with self.assertRaises(TypeError):
                f[0] = 1
            with self.assertRaises(TypeError):
                del f[0]
            if f.backing != "unmapped":
                self.assertTrue(memoryview(f).readonly)
                with self.assertRaises(TypeError):
                    memoryview(f)[0] = 1

    def test_close(self):
        for f, m in self.each():
            if f.backing != "unmapped":
                for x in f, m:
                    view = memoryview(x)
                    part = view[1:3]
                    self.assertRaises(BufferError, x.close)
                    view.release()
                    self.assertRaises(BufferError, x.close)
                    self.assertEqual(x[:1], x[0:1])
                    part.release()
            for call in (
                lambda x: x.close(), lambda x: x.close(), lambda x: x[0], lambda x: x[:1],
                lambda x: x[5:1], lambda x: x.read(), lambda x: x.readline(), lambda x: x.tell(),
                lambda x: x.seek(0), lambda x: x.find(b"a"), lambda x: x.rfind(b"a"),
                lambda x: x.size(), lambda x: len(x), lambda x: memoryview(x), lambda x: x.closed,
                lambda x: x.__enter__(), lambda x: b"a" in x,
            ):
                self.same(lambda: call(f), lambda: call(m), call)

    def test_close_by_argument(self):
        data = b"abcdefgh" * 1000
        for call in (
            lambda f: f[Closing(f)], lambda f: f[Closing(f) : 3], lambda f: f[3 : Closing(f)],
            lambda f: f[:: Closing(f)], lambda f: f.read(Closing(f)),
            lambda f: f.find(b"a", Closing(f)), lambda f: f.find(b"a", 0, Closing(f)),
            lambda f: f.count(b"a", Closing(f)), lambda f: f.seek(Closing(f)),
            lambda f: f.line(Closing(f)), lambda f: f.lines(Closing(f)),
            lambda f: f.count_lines(0, Closing(f)), lambda f: f.read_at(Closing(f), 1),
            lambda f: f.array("u8", offset=Closing(f)), lambda f: f.rows(start=Closing(f)),
            lambda f: f.records("u8", header=Closing(f)), lambda f: Closing(f) in f,
            lambda f: f.search(b"a", Closing(f)), lambda f: f.rows(columns=[Closing(f)]),
            lambda f: f.array("u8")[Closing(f)], lambda f: f.array("u8")[Closing(f) :],
            lambda f: f.records("u8")[Closing(f)], lambda f: f.matches(b"a", Closing(f)),
        ):
            for f in self.readers(data, ["mapped", "bytes"]):
                self.assertRaisesRegex(ValueError, "closed", call, f)

    def test_empty(self):
        # mmap refuses empty files; bytes are the oracle.
        for f in self.readers(b""):
            self.assertEqual(len(f), 0)
            self.assertRaises(IndexError, lambda: f[0])
            self.assertEqual(f[:], b"")
            self.assertEqual(f[::-1], b"")
            self.assertEqual(f.find(b""), 0)
            self.assertEqual(f.find(b"a"), -1)
            self.assertEqual(f.read(), b"")
            self.assertEqual(f.readline(), b"")
            self.assertEqual(list(f), [])
            self.assertRaises(ValueError, f.read_byte)
            self.assertEqual(f.count_lines(), 0)
            self.assertNotIn(b"a", f)
            if f.backing != "unmapped":
                with memoryview(f) as view:
                    self.assertEqual(bytes(view), b"")


class Bytes(support.Case):
    """What mmap does not have, or does in another way: bytes are the oracle."""

    def test_contains(self):
        data = self.text(5000, b"abc")
        for f in self.readers(data):
            for text in b"abc", b"a" * 20, b"", b"d", bytearray(b"ca"), 97, 100, data:
                self.assertEqual(text in f, text in data, text)
            for text, error in (256, ValueError), (-1, ValueError), ("a", TypeError), \
                    (None, TypeError), (2**70, ValueError):
                self.assertRaises(error, lambda: text in f)

    def test_count(self):
        data = self.text(9000, b"ab")
        for f in self.readers(data):
            for _ in range(100):
                text = self.text(self.random.randrange(1, 6), b"ab")
                args = [self.random.randint(-9100, 9100) for _ in range(self.random.randrange(3))]
                self.assertEqual(f.count(text, *args), data.count(text, *args), (text, args))
            self.assertEqual(f.count(b"a", None, None), data.count(b"a"))
            self.assertRaises(ValueError, f.count, b"")
            self.assertRaises(TypeError, f.count, "a")

    def test_read_at(self):
        data = self.text(9000)
        for f in self.readers(data):
            for off, n in (0, 0), (0, 9000), (10, 20), (8999, 5), (9000, 1), (2**64 - 1, 1), \
                    (1, 2**64 - 1):
                self.assertEqual(f.read_at(off, n), data[off : off + n])
            self.assertRaises(ValueError, f.read_at, -1, 1)
            self.assertRaises(ValueError, f.read_at, 1, -1)
            self.assertRaises(OverflowError, f.read_at, 2**64, 1)

    def test_buffer(self):
        data = self.text(50000, bytes(range(256)))
        for f in self.readers(data, ["mapped", "copied", "bytes"]):
            with memoryview(f) as view:
                self.assertEqual((view.format, view.ndim, view.shape), ("B", 1, (len(data),)))
                self.assertTrue(view == data)
            self.assertEqual(bytes(f), data)
        for f in self.readers(data, ["unmapped"]):
            self.assertRaises(BufferError, memoryview, f)

    def test_range_of_file(self):
        data = self.text(50000)
        for offset, length in (0, None), (1, 1), (4097, 20000), (49999, None), (60000, 5):
            f = self.reader(data, offset=offset, length=length)
            wanted = data[offset:] if length is None else data[offset : offset + length]
            self.assertEqual(f[:], wanted)
            self.assertEqual(f.count_lines(), wanted.count(b"\n") + (wanted[-1:] not in b"\n"))
            f.close()

    def test_open(self):
        data = self.text(100)
        path = self.path(data)
        with open(path, "rb") as file:
            for what in path, os.fsencode(path), pathlib.Path(path), file, file.fileno():
                with mmreader.open(what) as f:
                    self.assertEqual(f[:], data)
                    self.assertIs(f.name, what)
                self.assertTrue(f.closed)
                self.assertIn("closed", repr(f))


if __name__ == "__main__":
    unittest.main()
