# test_examples.py - the examples of doc/examples print what other code computes
#
# SPDX-License-Identifier: MIT
import collections
import csv
import io
import os
import subprocess
import sys
import unittest

import support

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/examples")


class Examples(support.Case):
    def run_example(self, name, *args, data=None):
        done = subprocess.run([sys.executable, os.path.join(EXAMPLES, name), *args], input=data,
                              capture_output=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_per_hour(self):
        lines, hours = [], collections.Counter()
        for _ in range(20000):
            hour = b"2024-05-01 %02d" % self.random.randrange(24)
            level = self.random.choice([b"ERROR", b"INFO"])
            lines.append(b"%s:30:00 %s text\n" % (hour, level))
            hours[hour] += level == b"ERROR"
        wanted = b"".join(b"%d\t%s\n" % (hours[hour], hour) for hour in sorted(hours))
        path = self.path(b"".join(lines))
        self.assertEqual(self.run_example("per_hour.py", "ERROR", path), (0, wanted, b""))
        self.assertEqual(self.run_example("per_hour.py", "ERROR", path + "x")[:2], (1, b""))
        self.assertEqual(self.run_example("per_hour.py")[0], 1)

    def test_column_sum(self):
        out = io.StringIO()
        rows = [["name", "price"], *([f'a "{i}", b', i / 4] for i in range(5000)), ["short"]]
        csv.writer(out).writerows(rows)
        data = out.getvalue().encode()
        wanted = b"sum %.2f, 1 other cells\n" % sum(i / 4 for i in range(5000))
        for args, stdin in ((self.path(data), None), ("/dev/stdin", data)):
            self.assertEqual(self.run_example("column_sum.py", "1", args, data=stdin),
                             (0, wanted, b""))
        self.assertEqual(self.run_example("column_sum.py", "x", "y")[0], 1)


if __name__ == "__main__":
    unittest.main()
