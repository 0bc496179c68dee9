# test_numbers.py - arrays, records and pools: struct, array and memoryview are the oracles
#
# SPDX-License-Identifier: MIT
import array
import math
import struct
import sys
import unittest
import zlib

import mmreader
import support

TYPES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i",
         "i64": "q", "f16": "e", "f32": "f", "f64": "d"}
ORDERS = {"native": "=", "little": "<", "big": ">"}
WITH_ADDRESSES = "mapped", "copied", "bytes"


class Arrays(support.Case):
    def numbers(self, kind, n):
        if kind[0] == "f":
            return [self.random.choice([0.0, 0.5, -2.25, 1024.0, 3.0]) for _ in range(n)]
        bits = int(kind[1:])
        low = -(2 ** (bits - 1)) if kind[0] == "i" else 0
        return [self.random.randrange(low, low + 2**bits) for _ in range(n)]

    def each(self, backings=WITH_ADDRESSES):
        for kind, letter in TYPES.items():
            for order, mark in ORDERS.items():
                numbers = self.numbers(kind, 700)
                data = struct.pack(f"{mark}{len(numbers)}{letter}", *numbers)
                for f in self.readers(data, backings):
                    self.where = kind, order, f.backing
                    yield f, kind, order, numbers

    def test_elements(self):
        for f, kind, order, numbers in self.each():
            a = f.array(kind, order=order)
            self.assertEqual(len(a), len(numbers))
            self.assertEqual(list(a), numbers)
            self.assertEqual(a.tolist(), numbers)
            self.assertEqual([a[i] for i in (0, 5, -1, -len(a))],
                             [numbers[i] for i in (0, 5, -1, -len(a))])
            for i in len(a), -len(a) - 1, 2**63 - 1, 2**70:
                self.assertRaises(IndexError, lambda: a[i])
            self.assertRaises(TypeError, lambda: a["1"])
            self.assertEqual(a.type, kind)
            native = struct.pack(f"={len(numbers)}{TYPES[kind]}", *numbers)
            self.assertEqual(a.tobytes(), native)

    def test_slices(self):
        for f, kind, order, numbers in self.each(["mapped"]):
            a = f.array(kind, order=order)
            for _ in range(30):
                start, stop = (self.random.choice([None, self.random.randint(-800, 800)])
                               for _ in "ab")
                cut = slice(start, stop, self.random.choice([None, 1, 2, -1, -3, 1000, -1000]))
                part, wanted = a[cut], numbers[cut]
                self.assertEqual(part.tolist(), wanted)
                self.assertEqual(part[::-2].tolist(), wanted[::-2])
                self.assertEqual(part.summary().n, len(wanted))
                if kind[0] != "f":
                    self.assertEqual(part.sum(), sum(wanted))
            self.assertRaises(ValueError, lambda: a[::0])

    def test_sums(self):
        for f, kind, order, numbers in self.each(support.BACKINGS):
            found = [f.sum(kind, order=order)]
            if f.backing != "unmapped":
                found.append(f.array(kind, order=order).summary())
            for s in found:
                wanted = math.fsum(numbers) if kind[0] == "f" else sum(numbers)
                self.assertEqual(s.sum, wanted)
                self.assertIs(type(s.sum), type(wanted))
                self.assertEqual((s.min, s.max, s.n, s.n_nan),
                                 (min(numbers), max(numbers), len(numbers), 0))

    def test_columns(self):
        rows = [(self.random.randrange(2**16), self.random.random()) for _ in range(5000)]
        data = b"head" + b"".join(struct.pack("<Hd", *row) for row in rows)
        for f in self.readers(data, WITH_ADDRESSES):
            a = f.array("f64", offset=6, stride=10, order="little")
            self.assertEqual(a.tolist(), [row[1] for row in rows])
            a = f.array("u16", 4, 100, 10, "little")
            self.assertEqual(a.tolist(), [row[0] for row in rows[:100]])
            self.assertEqual(f.sum("u16", 4, 100, 10, "little").sum, a.sum())
            self.assertEqual(a.sum(), sum(row[0] for row in rows[:100]))

    def test_buffers(self):
        for f, kind, order, numbers in self.each():
            a = f.array(kind, order=order)
            swapped = ORDERS[order] in "<>" and order != sys.byteorder
            for part, wanted in (a, numbers), (a[::3], numbers[::3]), (a[::-1], numbers[::-1]):
                with memoryview(part) as view:
                    self.assertRaises(BufferError, f.close)
                    self.assertEqual(view.shape, (len(wanted),))
                    self.assertEqual(view.itemsize, struct.calcsize(TYPES[kind]))
                    mark = {"little": ">", "big": "<"}[sys.byteorder] if swapped else ""
                    if len(view) and int(kind[1:]) > 8:
                        self.assertEqual(view.format, mark + TYPES[kind])
                    if not swapped and kind != "f16":
                        self.assertEqual(view.tolist(), wanted)
                    packed = struct.pack(f"{ORDERS[order]}{len(wanted)}{TYPES[kind]}", *wanted)
                    self.assertEqual(view.tobytes(), packed)
                if part is not a:
                    # Those who want one run of bytes are refused.
                    self.assertRaises(BufferError, zlib.crc32, part)

    def test_refused(self):
        for f in self.readers(bytes(100), WITH_ADDRESSES):
            for call in (
                lambda: f.array("f64"), lambda: f.array("x"), lambda: f.array(""),
                lambda: f.array("u8", order="odd"), lambda: f.array("u8", offset=101),
                lambda: f.array("u8", count=101), lambda: f.array("f64", 93, 1),
                lambda: f.array("f64", stride=3), lambda: f.array("u8", offset=-1),
                lambda: f.array("u16", count=2**63, stride=2**63), lambda: f.sum("f64"),
                lambda: f.sum("u8", count=101), lambda: f.sum("u8", stride=2**64 - 1, count=3),
            ):
                self.assertRaises(ValueError, call)
            self.assertEqual(f.array("f64", count=0).tolist(), [])
            self.assertEqual(f.array("f64", offset=100).sum(), 0.0)
            self.assertRaises(OverflowError, f.array, "u8", 2**64)
        for f in self.readers(bytes(16), ["unmapped"]):
            self.assertRaises(OSError, f.array, "u8")

    def test_nan(self):
        data = struct.pack("=4d", math.nan, 1, -math.inf, 5)
        for f in self.readers(data):
            s = f.sum("f64")
            self.assertTrue(math.isnan(s.sum))
            self.assertEqual(s[1:], (-math.inf, 5.0, 4, 1))


class Records(support.Case):
    LAYOUT = "id:u64be,2x,price:f32le,name:5s,level:i8,3x"
    FORMAT = ">Q2x", "<f", "5s", "b3x"

    def data(self, n):
        rows = [(self.random.randrange(2**64), float(self.random.randrange(1000)) / 4,
                 bytes(self.random.choices(b"abc", k=self.random.randrange(6))),
                 self.random.randrange(-128, 128)) for _ in range(n)]
        return rows, b"".join(b"".join(struct.pack(x if x[0] in "<>" else "=" + x, y)
                                       for x, y in zip(self.FORMAT, row)) for row in rows)

    def test_records(self):
        for n in 0, 1, 10, 2000:
            rows, data = self.data(n)
            for f in self.readers(b"HEADER" + data):
                r = f.records(self.LAYOUT, header=6)
                self.assertEqual(len(r), n)
                self.assertEqual(list(r), rows)
                for cut in slice(None), slice(3, -2, 2), slice(None, None, -7), slice(9, 2):
                    self.assertEqual(list(r[cut]), rows[cut])
                    self.assertEqual(list(r[cut][::-1]), rows[cut][::-1])
                self.assertEqual([r[i] for i in range(-n, n)], rows + rows)
                for i in n, -n - 1, 2**70:
                    self.assertRaises(IndexError, lambda: r[i])
                self.assertEqual([x.name for x in r.fields], ["id", "price", "name", "level"])
                if f.backing == "unmapped":
                    continue
                for i, name in (0, "id"), (1, "price"), (3, "level"):
                    self.assertEqual(r.column(name).tolist(), [row[i] for row in rows])
                    self.assertEqual(r[::-3].column(name).tolist(), [row[i] for row in rows[::-3]])
                self.assertRaises(ValueError, r.column, "name")
                self.assertRaises(KeyError, r.column, "nothing")
                self.assertRaises(TypeError, r.column, 0)
                with memoryview(r) as view:
                    self.assertEqual((view.shape, view.itemsize), ((n,), 23))
                    self.assertEqual(view.format, "T{>Q:id:2x<f:price:5s:name:<b:level:3x}"
                                     if sys.byteorder == "little" else view.format)
                    self.assertRaises(BufferError, f.close)

    def test_refused(self):
        for f in self.readers(bytes(100)):
            for call in (lambda: f.records("u64"), lambda: f.records("x:"), lambda: f.records(""),
                         lambda: f.records("u8", header=-1)):
                self.assertRaises(ValueError, call)
            self.assertEqual(len(f.records("u8", header=2**64 - 1)), 0)
            self.assertRaises(TypeError, f.records, 1)

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is missing")
        rows, data = self.data(50)
        f = self.reader(data)
        records = numpy.asarray(f.records(self.LAYOUT))
        self.assertEqual(records["id"].tolist(), [row[0] for row in rows])
        self.assertEqual(records["price"].tolist(), [row[1] for row in rows])
        column = numpy.asarray(f.records(self.LAYOUT).column("id"))
        self.assertFalse(column.flags.owndata)
        self.assertEqual(column.tolist(), [row[0] for row in rows])
        self.assertRaises(BufferError, f.close)


class Pools(support.Case):
    def test_pool(self):
        pool = mmreader.Intern()
        texts = [self.text(self.random.randrange(4)) for _ in range(2000)]
        ids = {}
        for text in texts:
            ids.setdefault(text, len(ids))
        self.assertEqual(pool.add_many(texts), [ids[text] for text in texts])
        self.assertEqual([pool.add(text) for text in texts], [ids[text] for text in texts])
        self.assertEqual(list(pool), list(ids))
        self.assertEqual(len(pool), len(ids))
        self.assertEqual([pool.find(text) for text in ids], list(ids.values()))
        self.assertIsNone(pool.find(b"nothing"))
        self.assertGreater(pool.nbytes, sum(map(len, ids)))
        for i in len(ids), -len(ids) - 1, 2**40:
            self.assertRaises(IndexError, lambda: pool[i])
        for text in "a", 1, None:
            self.assertRaises(TypeError, pool.add, text)
            self.assertRaises(TypeError, pool.add_many, [text])
        self.assertRaises(TypeError, pool.add_many, 1)
        pool.freeze()
        pool.freeze()
        self.assertRaises(ValueError, pool.add, b"new")
        self.assertRaises(ValueError, pool.find, b"new")
        self.assertEqual(pool[0], texts[0])
        self.assertRaises(TypeError, mmreader.Intern, 1)


class Memory(support.Case):
    def test_memory(self):
        before = mmreader.memory()
        self.assertGreater(before["resident"], 1 << 20)
        data = array.array("d", range(100000))
        f = self.reader(bytes(data), "copied")
        self.assertGreaterEqual(mmreader.memory()["heap"], before["heap"] + 800000)
        self.assertGreaterEqual(f.memory()["heap"], 800000)
        self.assertEqual(f.memory()["backing"], "copied")
        self.assertIsInstance(mmreader.kernel(), str)

    def test_filetype(self):
        f = self.reader("h\u00e4user\n".encode() * 100)
        self.assertEqual(f.filetype()[:2], ("text/plain", "utf-8"))


if __name__ == "__main__":
    unittest.main()
