# inject_library.py PROGRAM FOLDER MOST - runs every scenario of the library, and makes every call
# fail
#
# SPDX-License-Identifier: MIT

import re
import subprocess
import sys

from inject import Injector, make_files, sweep


def numbers(line):
    return [int(number) for number in re.findall(r"-?\d+", line)]


def main():
    program, folder, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
    names = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    injector = Injector(folder + "/library.table", program, False)
    table = injector.table
    n_wrong = n_runs = 0
    make_files(folder)

    for name in names:
        def run(**wanted):
            injector.prepare(**wanted)
            return injector.run([name], cwd=folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

        def judge(result, what):
            nonlocal n_wrong
            wrong = "it hangs"
            if result is not None:
                lines = result.stdout.splitlines()
                wrong = "; ".join(line for line in lines if line.startswith("wrong"))
                lines = [line for line in lines if not line.startswith("wrong")]
                if wrong:
                    pass
                elif result.returncode != 0 or len(lines) < 3:
                    wrong = f"status {result.returncode}"
                elif lines[0] != usual[0] and (lines[0].startswith("code 0")
                                               or table.must_survive):
                    wrong = f"{lines[0]}, but usually {usual[0]}"
                elif lines[1] != usual[1]:
                    wrong = f"{lines[1]}, but usually {usual[1]}"
                elif any(now > then for now, then in zip(numbers(lines[2]), numbers(usual[2]))):
                    wrong = f"{lines[2]}, but usually {usual[2]}"
            if wrong:
                n_wrong += 1
                print(f"FAILED: {name}, {what}: {wrong}")

        usual = run().stdout.splitlines()
        if len(usual) == 3 and usual[0].startswith("code -4102"):  # MMR_ENOLIB
            print(f"skipped: {name}, whose library is missing")
            continue
        if len(usual) != 3 or not usual[0].startswith("code 0") or usual[1] != f"again: {usual[0]}":
            sys.exit(f"FAILED: {name} without a fault: {usual}")
        n = sweep(injector, run, judge, injector.places(most))
        print(f"{name}: {n} faults")
        n_runs += n
    print(f"library: {len(names)} scenarios, {n_runs} runs with a fault, {n_wrong} wrong")
    # A sweep without any fault tests nothing.
    return 1 if n_wrong or n_runs < 100 else 0


sys.exit(main())
