# test_safety.py - truncation, closing, threads, fork and interpreters: errors, never a crash
#
# SPDX-License-Identifier: MIT
import gc
import os
import subprocess
import sys
import threading
import unittest
import warnings

import mmreader
import support

PAGE = 1 << 16


class Truncation(support.Case):
    """Each way to the bytes of a file that was cut short raises TruncatedError."""

    CALLS = {
        "index": lambda f, size: f[size - 1],
        "slice": lambda f, size: f[:],
        "step": lambda f, size: f[::3],
        "backward": lambda f, size: f[::-1],
        "read": lambda f, size: f.read(),
        "read_at": lambda f, size: f.read_at(size - 10, 10),
        "find": lambda f, size: f.find(b"nothing", 0),
        "rfind": lambda f, size: f.rfind(b"nothing", 0),
        "in": lambda f, size: b"nothing" in f,
        "count": lambda f, size: f.count(b"nothing"),
        "iter": lambda f, size: list(f),
        "lines": lambda f, size: list(f.lines()),
        "reverse": lambda f, size: list(f.lines(reverse=True)),
        "batch": lambda f, size: list(f.lines(batch=100)),
        "line": lambda f, size: f.line(-1),
        "count_lines": lambda f, size: f.count_lines(),
        "rows": lambda f, size: list(f.rows()),
        "columns": lambda f, size: list(f.rows(columns=[0])),
        "fields": lambda f, size: list(f.fields(b",")),
        "search": lambda f, size: list(f.search(b"a")),
        "search_count": lambda f, size: f.search_count(b"a"),
        "regex": lambda f, size: list(f.search(rb"a\d", regex=True)),
        "matches": lambda f, size: list(f.matches(b"a")),
        "sample": lambda f, size: f.sample(3),
        "array": lambda f, size: f.array("u8").tolist(),
        "item": lambda f, size: f.array("u8")[-1],
        "tobytes": lambda f, size: f.array("u8").tobytes(),
        "array.sum": lambda f, size: f.array("u8").sum(),
        "sum": lambda f, size: f.sum("u8"),
        "records": lambda f, size: list(f.records("u8,u8")),
        "record": lambda f, size: f.records("u8,u8")[-1],
        "index of lines": lambda f, size: f.build_index(),
        "refresh": lambda f, size: f.refresh(),
        "check": lambda f, size: f.check(),
    }

    def test_truncated(self):
        size = 40 * PAGE
        # To whole pages and within a page, where lost bytes read as zeroes; in the last page, too.
        for kept in 0, 3 * PAGE, 3 * PAGE + 100, size - 50:
            for name, call in self.CALLS.items():
                for backing in "mapped", "unmapped":
                    self.where = name, kept, backing
                    f = self.reader(b"a1,b\n\n" * (size // 6) + b"end\n"[: size % 6], backing)
                    if backing == "unmapped" and ("array" in name or name in ("item", "tobytes")):
                        continue
                    os.truncate(f.name, kept)
                    with self.assertRaises(mmreader.TruncatedError) as raised:
                        call(f, size)
                    error = raised.exception
                    self.assertIsInstance(error, OSError)
                    self.assertEqual(error.filename, f.name)
                    self.assertIsInstance(error.offset, int)
                    self.assertIn(os.path.basename(f.name), error.detail)
                    f.close()

    def test_copied(self):
        data = self.text(10 * PAGE)
        f = self.reader(data, "copied")
        os.truncate(f.name, 0)
        self.assertEqual(f[:], data)
        self.assertEqual(bytes(memoryview(f)), data)

    def test_iterator_in_use(self):
        f = self.reader(b"line\n" * PAGE)
        iterators = [iter(f), f.rows(), f.fields(), f.lines(batch=2)]
        for it in iterators:
            next(it)
        os.truncate(f.name, 10)
        for it in iterators:
            with self.assertRaises(mmreader.TruncatedError):
                for _ in it:
                    pass
            self.assertEqual(list(it), [])

    def test_replaced(self):
        f = self.reader(b"one\n" * 10000)
        os.replace(self.path(b"two", "other"), f.name)
        self.assertRaises(mmreader.ReplacedError, f.check)
        self.assertEqual(f.line(-1), b"one")

    def test_grown(self):
        f = self.reader(b"one\n")
        it = iter(f)
        with open(f.name, "ab") as file:
            file.write(b"two\n" * 100000)
        self.assertEqual(len(f), 4)
        self.assertRaises(mmreader.GrownError, f.check)
        with memoryview(f) as view:
            self.assertTrue(f.refresh())
            self.assertFalse(f.refresh())
            self.assertEqual(bytes(view), b"one\n")
        self.assertEqual(len(f), 400004)
        self.assertEqual(list(it), [b"one\n"])
        self.assertEqual(f.count_lines(), 100001)


class Closing(support.Case):
    def test_iterators(self):
        makers = (iter, lambda f: f.lines(), lambda f: f.lines(batch=2), lambda f: f.rows(),
                  lambda f: f.fields(), lambda f: f.search(b"a"), lambda f: f.matches(b"a"),
                  lambda f: iter(f.records("u8")), lambda f: f.lines(reverse=True))
        for f in self.readers(b"a,b\n" * 1000):
            iterators = [make(f) for make in makers for _ in "12"]
            for it in iterators[::2]:
                next(it)
            f.close()
            self.assertTrue(f.closed)
            for it in iterators:
                self.assertRaises(ValueError, next, it)

    def test_views_pin(self):
        for f in self.readers(b"a\nb\n" * 100, ["mapped", "copied", "bytes"]):
            views = [memoryview(f), next(f.lines(views=True)), memoryview(f.array("u8")),
                     memoryview(f.array("u8")[::-3]), memoryview(f.records("u8,u8"))]
            gc.collect()
            while views:
                self.assertRaises(BufferError, f.close)
                self.assertRaises(BufferError, f.__exit__, None, None, None)
                self.assertFalse(f.closed)
                views.pop().release()
            f.close()

    def test_views_outlive(self):
        # The objects that made a view may go; its bytes stay.
        view = memoryview(mmreader.open(self.path(b"abcd" * 5000)).array("u8")[::4])
        gc.collect()
        self.assertEqual(view.tobytes(), b"a" * 5000)

    def test_memory_is_held(self):
        data = bytearray(b"abc")
        f = mmreader.open_bytes(data)
        self.assertRaises(BufferError, data.append, 1)
        f.close()
        data.append(1)
        self.assertRaises(TypeError, mmreader.open_bytes, "text")
        self.assertRaises(BufferError, mmreader.open_bytes, memoryview(b"abcd")[::2])

    def test_no_leaks(self):
        path = self.path(b"a,b\n" * 5000)
        fds = len(os.listdir("/proc/self/fd"))
        for _ in range(50):
            f = mmreader.open(path)
            list(f.search(b"a", max_lines=3))
            next(f.search(b"a"))
            next(f.rows())
            memoryview(f)
            f.build_index()
            self.assertRaises(ValueError, f.search, b"(", regex=True)
        del f
        gc.collect()
        self.assertEqual(len(os.listdir("/proc/self/fd")), fds)
        heap = mmreader.memory()["heap"]
        self.assertLess(heap, 1 << 20)

    def test_not_made_by_hand(self):
        for name in "Reader", "Lines", "Rows", "Found", "Array", "Records", "RecordsIterator":
            kind = getattr(mmreader._core, name)
            self.assertRaises(TypeError, kind)
            with self.assertRaises(TypeError):
                type("Sub", (kind,), {})

    def test_errors(self):
        with self.assertRaises(FileNotFoundError) as raised:
            mmreader.open(self.folder + "/none")
        self.assertEqual(raised.exception.filename, self.folder + "/none")
        self.assertEqual(raised.exception.errno, 2)
        self.assertRaises(IsADirectoryError, mmreader.open, self.folder)
        for what, error in (
            (-1, ValueError), (None, TypeError), (1.5, TypeError), ("a\0b", ValueError),
            (2**40, OverflowError), (987654, OSError), (object(), TypeError),
        ):
            self.assertRaises(error, mmreader.open, what)
        path = self.path(b"abc")
        for options, error in (
            ({"backing": "odd"}, ValueError), ({"backing": "caller"}, ValueError),
            ({"offset": -1}, ValueError), ({"offset": "1"}, TypeError), ({"odd": 1}, TypeError),
            ({"length": 2**64}, OverflowError),
        ):
            with self.assertRaises(error):
                mmreader.open(path, **options)


class Threads(support.Case):
    def run_all(self, functions):
        errors = []

        def guarded(function):
            try:
                function()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=guarded, args=(x,)) for x in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors

    def test_shared(self):
        data = self.text(1 << 20)
        for f in self.readers(data):
            lines = data.count(b"\n") + (data[-1:] != b"\n")

            def use():
                for _ in range(5):
                    self.assertEqual(f.count_lines(), lines)
                    self.assertEqual(f.find(b"nothing", 0), -1)
                    self.assertEqual(sum(1 for _ in f), lines)
                    self.assertEqual(f[1000:200000], data[1000:200000])
                    self.assertEqual(f.search_count(b"a"), f.search_count(b"a", regex=True))
                    f.build_index()
                    self.assertEqual(f.line_number(f.line_start(lines - 1)), lines - 1)

            self.assertEqual(self.run_all([use] * 4), [])

    def test_close_while_scanning(self):
        data = self.text(4 << 20)
        for _ in range(3):
            for f in self.readers(data):
                def scan(call):
                    def repeat():
                        for _ in range(10**6):
                            call()
                    return repeat

                errors = self.run_all([
                    scan(lambda: f.count_lines()), scan(lambda: f.find(b"nothing", 0)),
                    scan(lambda: f.read_at(0, 1 << 20)), scan(lambda: sum(1 for _ in f)),
                    scan(lambda: f.search_count(b"ab")), scan(lambda: list(f.search(b"aabab"))),
                    scan(lambda: f.build_index()), scan(lambda: sum(1 for _ in f.rows())),
                    f.close])
                self.assertEqual({type(x) for x in errors}, {ValueError})
                self.assertEqual(len(errors), 8)

    def test_shared_iterator(self):
        f = self.reader(b"ab\n" * 300000, "unmapped")
        for it in f.lines(), f.rows(), f.search(b"a"):
            counts = []
            errors = self.run_all([lambda: counts.append(sum(1 for _ in it))] * 4)
            self.assertLessEqual({type(x) for x in errors}, {ValueError})

    def test_signals_go_to_python(self):
        # A pipe without data.
        self.check_interrupt("ends = os.pipe(); next(mmreader.open(ends[0]).search(b'a'))")


class Processes(support.Case):
    def test_fork(self):
        f = self.reader(b"a,b\n" * 50000)
        it, hits = iter(f), f.search(b"a")
        next(it)
        next(hits)
        f.build_index()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads, which are what is tested.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            status = 1
            try:
                assert f.count_lines() == 50000
                assert sum(1 for _ in it) == 49999
                assert f.line(7) == b"a,b"
                assert len(list(f.search(b"b"))) == 50000
                try:
                    for _ in hits:
                        pass
                except RuntimeError:
                    del hits
                    f.close()
                    status = 0
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(len(list(hits)), 49999)

    def run_python(self, code):
        done = subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True,
                              timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        return done.stdout

    def test_interpreters(self):
        path = self.path(b"a\n" * 100)
        self.run_python(f"""if True:
            import mmreader
            try:
                import _interpreters as interpreters
                create = lambda: interpreters.create("legacy")
            except ImportError:
                import _xxsubinterpreters as interpreters
                create = lambda: interpreters.create(isolated=False)
            code = '''if True:
                import mmreader
                f = mmreader.open({path!r})
                assert f.count_lines() == 100 and len(list(f.search(b"a"))) == 100
                try:
                    mmreader.open({path + "x"!r})
                except FileNotFoundError:
                    pass
                assert issubclass(mmreader.TruncatedError, mmreader.Error)
            '''
            f = mmreader.open({path!r})
            for _ in range(5):
                other = create()
                interpreters.run_string(other, code)
                interpreters.destroy(other)
                assert f.count_lines() == 100
        """)

    def test_exit(self):
        # Objects of all kinds that are alive at the end.
        path = self.path(b"a,b\n" * 100000)
        self.run_python(f"""if True:
            import mmreader
            f = mmreader.open({path!r})
            objects = [f, iter(f), f.rows(), f.search(b"a"), f.matches(b"a"), f.array("u8"),
                       memoryview(f), f.records("u8"), mmreader.Intern()]
            for x in objects[1:5]:
                next(x)
        """)

    def test_faulthandler(self):
        # Its handler was there before, and gets the faults of others.
        path = self.path(b"a" * (1 << 20))
        code = f"""if True:
            import faulthandler, mmreader, os
            faulthandler.enable()
            f = mmreader.open({path!r})
            view = memoryview(f)
            os.truncate({path!r}, 0)
            try:
                f[5]
            except mmreader.TruncatedError:
                print("raised", flush=True)
            view[70000]
        """
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
        self.assertEqual(done.stdout, b"raised\n", done.stderr)
        self.assertEqual(done.returncode, -7)
        self.assertIn(b"Fatal Python error: Bus error", done.stderr)

    def test_types_are_collected(self):
        f = self.reader(b"a\nb\n")
        for make in (iter, lambda f: f.rows(), lambda f: f.search(b"a"), lambda f: f.array("u8")):
            before = sys.getrefcount(type(make(f)))
            for _ in range(100):
                make(f)
            self.assertEqual(sys.getrefcount(type(make(f))), before)


if __name__ == "__main__":
    unittest.main()
