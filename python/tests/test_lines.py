# test_lines.py - lines and rows: bytes.split, csv and files are the oracles
#
# SPDX-License-Identifier: MIT
import csv
import io
import itertools
import unittest

import mmreader
import support


def lines_of(data, delimiter=b"\n", keepends=False):
    lines = data.split(delimiter)
    if not lines[-1]:
        lines.pop()
        last = delimiter
    else:
        last = b""
    if keepends:
        lines = [line + delimiter for line in lines]
        if lines and not last:
            lines[-1] = lines[-1][: -len(delimiter)]
    return lines


class Lines(support.Case):
    def data(self):
        yield from (b"", b"\n", b"a", b"a\n", b"\n\na", b"a\r\nb\r\n\r\n", b"x" * 200000 + b"\ny")
        for size in 100, 5000, 300000:
            yield self.text(size)
            yield self.text(size, b"abcdefghijklmnopqrstuvwxyz0123456789 \n")

    def each(self):
        for data in self.data():
            for f in self.readers(data):
                yield f, data

    def test_iter(self):
        for f, data in self.each():
            wanted = list(io.BytesIO(data))
            self.assertEqual(list(f), wanted)
            self.assertEqual(list(f), wanted)
            if len(data) > 1:
                f.readline()
                self.assertEqual(list(f), wanted[1:])

    def test_lines(self):
        for f, data in self.each():
            for delimiter in b"\n", b"a", b"\0":
                wanted = lines_of(data, delimiter)
                self.assertEqual(list(f.lines(delimiter=delimiter)), wanted)
                self.assertEqual(list(f.lines(delimiter=delimiter, reverse=True)), wanted[::-1])
                kept = lines_of(data, delimiter, True)
                self.assertEqual(list(f.lines(delimiter=delimiter, keepends=True)), kept)
                self.assertEqual(
                    list(f.lines(delimiter=delimiter, keepends=True, reverse=True)), kept[::-1])
                self.assertEqual(f.count_lines(delimiter=delimiter), len(wanted))

    def test_crlf(self):
        for f, data in self.each():
            wanted = [x[:-1] if x.endswith(b"\r") and i + 1 < data.count(b"\n") + 1 and
                      data.find(x + b"\n") >= 0 else x for i, x in enumerate(lines_of(data))]
            self.assertEqual(list(f.lines(crlf=True)), wanted)
            self.assertRaises(ValueError, f.lines, crlf=True, keepends=True)

    def test_batches(self):
        for f, data in self.each():
            wanted = lines_of(data)
            for batch in 1, 7, 512, 100000:
                batches = list(f.lines(batch=batch))
                self.assertEqual(list(itertools.chain(*batches)), wanted)
                self.assertTrue(all(len(x) == batch for x in batches[:-1]))
            self.assertRaises(ValueError, f.lines, batch=-1)

    def test_views(self):
        for f, data in self.each():
            if f.backing == "unmapped":
                self.assertRaises(BufferError, f.lines, views=True)
                continue
            for reverse in False, True:
                wanted = lines_of(data)[:: -1 if reverse else 1]
                it = f.lines(views=True, reverse=reverse)
                view = next(it, None)
                if view is not None:
                    self.assertIsInstance(view, memoryview)
                    self.assertRaises(BufferError, f.close)
                    self.assertEqual([bytes(view), *map(bytes, it)], wanted)
                    view.release()

    def test_range(self):
        for f, data in self.each():
            for _ in range(20):
                start, end = (self.random.randint(-len(data) - 9, len(data) + 9) for _ in "ab")
                wanted = lines_of(data[start:end])
                self.assertEqual(list(f.lines(start, end)), wanted, (start, end))
                self.assertEqual(list(f.lines(start, end, reverse=True)), wanted[::-1])
                self.assertEqual(f.count_lines(start, end), len(wanted))

    def test_by_number(self):
        for f, data in self.each():
            for use_index in False, True:
                if use_index:
                    f.build_index()
                    self.assertEqual(f.index["lines"], len(lines_of(data)))
                wanted, kept = lines_of(data), lines_of(data, keepends=True)
                n = len(wanted)
                for i in 0, 1, -1, -2, n // 2, n - 1, -n, n, -n - 1, 2**40, -(2**40):
                    if -n <= i < n:
                        self.assertEqual(f.line(i), wanted[i], i)
                        self.assertEqual(f.line(i, keepends=True), kept[i], i)
                        start = sum(map(len, kept[: i % n]))
                        self.assertEqual(f.line_start(i), start, i)
                        self.assertEqual(f.line_number(start), i % n)
                    else:
                        self.assertRaises(IndexError, f.line, i)
                        self.assertRaises(IndexError, f.line_start, i)
                self.assertRaises(IndexError, f.line, 2**70)
                self.assertRaises(IndexError, f.line_number, len(data) + 1)
                self.assertRaises(TypeError, f.line, "1")

    def test_shards(self):
        data = self.text(50000)
        for f in self.readers(data):
            for n in 1, 3, 7:
                bounds = [f.shard(k, n) for k in range(1, n + 1)]
                self.assertEqual(b"".join(f[a:b] for a, b in bounds), data)
                for a, _ in bounds:
                    self.assertTrue(a in (0, len(data)) or data[a - 1] == 10)
            self.assertRaises(ValueError, f.shard, 0, 3)
            self.assertRaises(ValueError, f.shard, 4, 3)

    def test_saved_index(self):
        line = b"x" * 99 + b"\n"
        f = self.reader(line * 60000)
        f.make_index()
        self.assertEqual(f.index["lines"], 60000)
        self.assertTrue(f.index["saved"])
        self.assertEqual(f.line_start(54321), 5432100)
        self.assertRaises(FileNotFoundError, self.reader(line, "copied").load_index,
                          self.folder + "/none")

    def test_bisect(self):
        keys = sorted(self.random.sample(range(10000, 99999), 3000))
        data = b"".join(b"%d text %d\n" % (key, key * 7) for key in keys)
        offsets = [0, *itertools.accumulate(len(x) for x in io.BytesIO(data))]
        for f in self.readers(data):
            for key in [*self.random.sample(keys, 20), 0, 10**6, keys[0], keys[-1], 50001]:
                left = sum(k < key for k in keys)
                right = sum(k <= key for k in keys)
                options = {"by": "field", "separator": b" ", "numeric": True}
                self.assertEqual(f.bisect_left(b"%d" % key, **options), offsets[left])
                self.assertEqual(f.bisect_right(b"%d" % key, **options), offsets[right])
            self.assertRaises(ValueError, f.bisect_left, b"1", by="color")
            self.assertRaises(ValueError, f.bisect_left, b"x", **options)

    def test_wrong_types(self):
        f = self.reader(b"a\nb\n")
        for call in (
            lambda: f.lines(delimiter="\n"), lambda: f.lines(delimiter=b""),
            lambda: f.lines(delimiter=b"ab"), lambda: f.lines("1"), lambda: f.lines(batch="1"),
            lambda: f.count_lines(1.5), lambda: f.line(None), lambda: f.lines(nothing=1),
        ):
            self.assertRaises(TypeError, call)


class Rows(support.Case):
    def table(self, rows):
        """A table as the csv module writes it, and its rows as bytes."""
        letters = 'ab,"\n \r'
        table = [["".join(self.random.choices(letters, k=self.random.randrange(6)))
                  for _ in range(self.random.randrange(1, 6))] for _ in range(rows)]
        # csv writes a row of one empty cell as "" in quotes, which reads as the same row.
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
        return out.getvalue().encode(), [tuple(x.encode() for x in row) for row in table]

    def test_rows(self):
        for n in 0, 1, 10, 3000:
            data, wanted = self.table(n)
            for f in self.readers(data):
                self.assertEqual(list(f.rows()), wanted)
                picked = [tuple(row[c] if c < len(row) else None for c in (2, 0, 0))
                          for row in wanted]
                self.assertEqual(list(f.rows(columns=(2, 0, 0))), picked)
                self.assertEqual(list(f.rows(columns=[])), [()] * n)

    def test_unquoted(self):
        data = b"a,b\r\n\r\n,\n\"x\"\"y\",\"\"\nlast"
        for f in self.readers(data):
            self.assertEqual(list(f.rows()), [(b"a", b"b"), (b"",), (b"", b""), (b'x"y', b""),
                                              (b"last",)])
            self.assertEqual(list(f.rows(b"b")), [(b"a,", b""), (b"",), (b",",),
                                                  (b'"x""y",""',), (b"last",)])

    def test_open_quote(self):
        for f in self.readers(b'a,b\n"c,d\ne'):
            it = f.rows()
            self.assertEqual(next(it), (b"a", b"b"))
            self.assertEqual(next(it), (b'"c,d\ne',))
            with self.assertRaises(mmreader.OpenQuoteError) as raised:
                next(it)
            self.assertEqual(raised.exception.offset, 4)
            self.assertEqual(list(it), [])

    def test_fields(self):
        for size in 0, 10, 5000, 100000:
            data = self.text(size, b"ab\t\n")
            for f in self.readers(data):
                wanted = [tuple(line.split(b"\t")) for line in lines_of(data)]
                self.assertEqual(list(f.fields()), wanted)
                self.assertEqual(list(f.fields(b"\t", columns=[1])),
                                 [(row[1] if len(row) > 1 else None,) for row in wanted])
            self.assertRaises(ValueError, f.fields, b"\n")
            self.assertRaises(ValueError, f.rows, b'"')
            self.assertRaises(ValueError, f.rows, columns=[-1])
            self.assertRaises(TypeError, f.rows, columns=["a"])

    def test_long_cells(self):
        cell = b"x" * 300000
        for f in self.readers(b"1," + cell + b"\n" + b'2,"' + cell + b'"\n'):
            self.assertEqual(list(f.rows()), [(b"1", cell), (b"2", cell)])


class Streams(support.Case):
    DATA = b"one,1\ntwo,2\nthree,3"

    def test_once(self):
        self.assertEqual(list(self.pipe(self.DATA)), list(io.BytesIO(self.DATA)))
        self.assertEqual(list(self.pipe(self.DATA).lines()), self.DATA.split(b"\n"))
        self.assertEqual(list(self.pipe(self.DATA).rows())[1], (b"two", b"2"))
        self.assertEqual(list(self.pipe(self.DATA).fields(b","))[2], (b"three", b"3"))
        self.assertEqual(self.pipe(self.DATA).count_lines(), 3)
        self.assertEqual(self.pipe(self.DATA).count(b"e"), 3)
        found = list(self.pipe(self.DATA).search(b"e"))
        self.assertEqual([x.line for x in found], [b"one,1", b"three,3"])

    def test_refused(self):
        f = self.pipe(self.DATA)
        for call in (
            lambda: f[0], lambda: f[1:2], lambda: f.size(), lambda: f.read(),
            lambda: f.find(b"a"), lambda: f.line(0), lambda: f.lines(-1), lambda: f.read_at(0, 1),
            lambda: b"a" in f, lambda: f.shard(1, 2), lambda: list(f.lines(reverse=True)),
            lambda: f.records("u8"), lambda: f.build_index(), lambda: f.seek(0),
        ):
            with self.assertRaises(OSError) as raised:
                call()
            self.assertEqual(raised.exception.errno, 29)
        self.assertRaises(BufferError, memoryview, f)
        self.assertRaises(TypeError, len, f)


if __name__ == "__main__":
    unittest.main()
