# test_search.py - searches for lines and matches: re is the oracle
#
# SPDX-License-Identifier: MIT
import re
import unittest

import mmreader
import support


class Search(support.Case):
    def setUp(self):
        super().setUp()
        words = b"ERROR", b"error", b"info", b"warning", b"x1", b"x22", b"", b"end"
        self.lines = [b" ".join(self.random.choices(words, k=self.random.randrange(5)))
                      for _ in range(4000)]
        self.data = b"\n".join(self.lines)
        self.offsets, at = [], 0
        for line in self.lines:
            self.offsets.append(at)
            at += len(line) + 1
        if not self.lines[-1]:
            self.lines.pop()

    def wanted(self, matches):
        return [(self.offsets[i], i, line, False) for i, line in enumerate(self.lines)
                if matches(line)]

    def test_texts(self):
        for f in self.readers(self.data):
            for patterns, options, matches in (
                (b"ERROR", {}, lambda x: b"ERROR" in x),
                ([b"ERROR", b"x22"], {}, lambda x: b"ERROR" in x or b"x22" in x),
                ((b"ERROR", b"x22"), {"all": True}, lambda x: b"ERROR" in x and b"x22" in x),
                (b"error", {"ignore_case": True}, lambda x: b"error" in x.lower()),
                (b"info", {"invert": True}, lambda x: b"info" not in x),
                (b"x1", {"whole_lines": True}, lambda x: x == b"x1"),
                (b"", {}, lambda x: True),
                (b"never", {}, lambda x: False),
                (bytearray(b"end"), {}, lambda x: b"end" in x),
            ):
                wanted = self.wanted(matches)
                found = list(f.search(patterns, **options))
                self.assertEqual(found, wanted)
                self.assertEqual(f.search_count(patterns, **options), len(wanted))
                found = list(f.search(patterns, numbers=False, keepends=True, **options))
                self.assertEqual([x.number for x in found], [None] * len(wanted))
                for x, y in zip(found, wanted):
                    self.assertEqual(x.line.rstrip(b"\n"), y[2])
                    self.assertEqual(x.line, self.data[x.offset : x.offset + len(x.line)])
                self.assertEqual(list(f.search(patterns, reverse=True, **options)), wanted[::-1])

    def test_regex(self):
        for f in self.readers(self.data):
            for pattern in rb"x\d+", rb"^info", rb"(ERROR|end)$", rb"\bx1\b.*\bx1\b":
                wanted = self.wanted(re.compile(pattern).search)
                self.assertEqual(list(f.search(pattern, regex=True)), wanted)
                self.assertEqual(f.search_count([pattern], regex=True), len(wanted))

    def test_context(self):
        for f in self.readers(self.data, ["mapped", "unmapped"]):
            hits = [i for i, x in enumerate(self.lines) if x == b"x22"]
            n = len(self.lines)
            near = sorted({j for i in hits for j in range(max(0, i - 2), min(i + 2, n))})
            found = list(f.search(b"x22", whole_lines=True, before=2, after=1))
            self.assertEqual([x.number for x in found], near)
            self.assertEqual([x.number for x in found if not x.is_context], hits)
            self.assertEqual([x.line for x in found], [self.lines[i] for i in near])

    def test_limits(self):
        for f in self.readers(self.data):
            wanted = self.wanted(lambda x: b"info" in x)
            for n in 0, 1, 5, 10**9:
                self.assertEqual(list(f.search(b"info", max_lines=n)), wanted[:n])
            start, end = self.offsets[100], self.offsets[900]
            self.assertEqual(list(f.search(b"info", start, end)),
                             [x for x in wanted if start <= x[0] < end])
            # An iterator that is not used up.
            it = f.search(b"info")
            self.assertEqual(next(it), wanted[0])
            del it
            f.search(b"info")

    def test_sample(self):
        for f in self.readers(self.data):
            sample = f.sample(20, seed=7)
            self.assertEqual(len(sample), 20)
            self.assertEqual(sample, f.sample(20, seed=7))
            self.assertNotEqual(sample, f.sample(20, seed=8))
            self.assertEqual([x.number for x in sample], sorted(x.number for x in sample))
            for x in sample:
                self.assertEqual(x.line, self.lines[x.number])
            wanted = self.wanted(lambda x: b"x1" in x)
            self.assertEqual(f.sample(10**6, patterns=b"x1"), wanted)

    def test_matches(self):
        for f in self.readers(self.data):
            for text in b"x", b"ERROR", b"r", b"o e":
                wanted = [(m.start(), text, self.data.count(b"\n", 0, m.start()))
                          for m in re.finditer(re.escape(text), self.data)]
                self.assertEqual(list(f.matches(text, numbers=True)), wanted)
                self.assertEqual([x[:2] for x in f.matches(text)], [x[:2] for x in wanted])
            wanted = [(m.start(), m.group()) for m in re.finditer(rb"x\d+|E..", self.data)]
            self.assertEqual([x[:2] for x in f.matches(rb"x\d+|E..", regex=True)], wanted)
            wanted = [m.start() for m in re.finditer(b"(?i)error", self.data)]
            found = f.matches(b"error", regex=True, ignore_case=True)
            self.assertEqual([x.offset for x in found], wanted)
            self.assertEqual(list(f.matches(b"")), [])

    def test_refused(self):
        f = self.reader(self.data)
        for call, error in (
            (lambda: f.search("text"), TypeError), (lambda: f.search(["text"]), TypeError),
            (lambda: f.search([]), ValueError), (lambda: f.search(1), TypeError),
            (lambda: f.search(b"a\nb"), ValueError),
            (lambda: f.search(b"(", regex=True), ValueError),
            (lambda: f.search_count(b"(", regex=True), ValueError),
            (lambda: f.matches(b"(", regex=True), ValueError),
            (lambda: f.matches(b"a", ignore_case=True), ValueError),
            (lambda: f.search(b"a", before=-1), ValueError),
            (lambda: list(f.search(b"a", before=1, reverse=True)), ValueError),
            (lambda: f.sample(-1), ValueError), (lambda: f.sample("1"), TypeError),
            (lambda: f.matches("a"), TypeError),
        ):
            self.assertRaises(error, call)
        self.assertEqual(mmreader.open_bytes(b"").search_count(b"a"), 0)


if __name__ == "__main__":
    unittest.main()
