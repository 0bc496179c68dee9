# inject_sites.py LISTS OBJDUMP PROGRAM=TABLE,TABLE... -- BINARY... - checks that every call failed
#
# Calls are read from the programs themselves. Each BINARY is installed for users: inject.c must
# wrap every function of the system that it calls, or LISTS/inject_calls.txt must list the function
# with the reason why it need not fail. Each PROGRAM has TABLEs of a sweep: every place that calls a
# wrapper must have failed, or LISTS/inject_sites.txt must list it with a reason. The second check
# is left out if OBJDUMP is empty: it reads machine code of x86-64 and AArch64.
#
# SPDX-License-Identifier: MIT

import re
import subprocess
import sys

from inject import Table

# Functions of the compiler and of the C library itself, and symbols that are no functions.
OWN = re.compile(r"^(_ITM_|__gmon_start__|__cxa_|__libc_start_main|__stack_chk|__(a|t|ub|l|m)san_|"
                 r"opt(arg|err|ind|opt)$|std(in|out|err)$)")
# Functions that are linked from an archive, by the names that the program imports.
OTHER_NAMES = {"__register_atfork": "pthread_atfork"}


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def read_list(path):
    """Reads lines of "KEY  reason"; indented lines continue a reason."""
    reasons = {}
    with open(path) as file:
        for line in file:
            if line[0] not in "#\n \t":
                key, _, reason = line.partition("  ")
                reasons[key.strip()] = reason.strip()
    return reasons


def plain(name):
    """The name of a function without the additions of standards and fortifying."""
    name = OTHER_NAMES.get(name, name)
    name = re.sub(r"^__isoc\d\d_", "", name)
    name = re.sub(r"^__(\w+)_chk$", r"\1", name)
    return name


def called(binary):
    lines = output_of("nm", "-D", "-u", binary).splitlines()
    names = {line.split()[-1].partition("@")[0] for line in lines}
    return {plain(name) for name in names if not OWN.match(name)}


def disassemble(objdump, program):
    """Finds where a program calls wrappers.

    Returns: for calls, a dictionary from the return address to the wrapper; for jumps that end a
    function, a list of (function, address, wrapper); and all calls of functions, by the return
    address."""
    calls, jumps, others = {}, [], {}
    function = pending = None
    branch = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s+(?:[0-9a-f]+ )?<([^>+]+)>")
    for line in output_of(objdump, "-d", "--no-show-raw-insn", program).splitlines():
        start = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if start:
            function = start[1]
            continue
        address = re.match(r"^\s*([0-9a-f]+):", line)
        if not address:
            continue
        if pending:
            target, pending = pending, None
            others[int(address[1], 16)] = target
            if target.startswith("__wrap_"):
                calls[int(address[1], 16)] = target[7:]
        found = branch.match(line)
        if not found:
            continue
        if found[2] in ("call", "bl"):
            pending = found[3]
        elif found[3].startswith("__wrap_"):
            jumps.append((function, int(found[1], 16), found[3][7:]))
    return calls, jumps, others


def function_at(path, line):
    """The function of a source that contains a line; compilers disagree for inlined functions."""
    with open(path) as file:
        lines = file.readlines()[:line]
    while lines and not lines[-1].startswith("{"):
        lines.pop()
    while lines and not re.match(r"[A-Za-z]", lines[-1]):
        lines.pop()
    name = re.search(r"(\w+)\(", lines[-1]) if lines else None
    return name[1] if name else "?"


def sources(top, program, addresses):
    """Maps addresses to (file, function, line) in src/ or tools/; leaves out others."""
    text = subprocess.run(
        ["addr2line", "-a", "-i", "-e", program], stdout=subprocess.PIPE, text=True, check=True,
        input="".join(f"{address:#x}\n" for address in addresses)).stdout
    places = {}
    for part in re.split(r"^(?=0x)", text, flags=re.M)[1:]:
        address, place = part.splitlines()[:2]
        # The last such folder: the source tree may itself be in a folder with one of these names.
        at = re.match(r"(?:.*/)?((?:src|tools)/[^:]*):(\d+)", place)
        if at:
            line = int(at[2])
            places[int(address, 16)] = (at[1], function_at(f"{top}/{at[1]}", line), line)
    return places


def sites_of(top, objdump, program, tables, names):
    """Every site of a program: (file, function, wrapper, line), and how often it failed."""
    symbols = re.findall(r"^([0-9a-f]+) \S inject_origin$", output_of("nm", program), re.M)
    origin = int(symbols[0], 16)
    calls, jumps, others = disassemble(objdump, program)
    here = {address - 1: name for address, name in calls.items() if name in names}
    here.update((address, name) for _, address, name in jumps if name in names)
    fired = dict.fromkeys(here, 0)
    for site in (site for table in tables for site in table.sites if site.n_fired > 0):
        name, address = names[site.call - 1], site.place + origin
        if calls.get(address) == name:
            fired[address - 1] += site.n_fired
            continue
        # The callers of the function that ends with the jump; for a call by a pointer, any such
        # caller.
        ends = [jump for jump in jumps if jump[2] == name]
        for _, jump, _ in [end for end in ends if end[0] == others.get(address)] or ends:
            fired[jump] += site.n_fired
    found = {}
    for address, (path, function, line) in sources(top, program, here).items():
        key = (path, function, here[address], line)
        found[key] = found.get(key, 0) + fired[address]
    return found


def read_table(path):
    with open(path, "rb") as file:
        return Table.from_buffer_copy(file.read())


def main():
    lists, objdump = sys.argv[1:3]
    split = sys.argv.index("--")
    programs = [argument.partition("=")[::2] for argument in sys.argv[3:split]]
    harmless = read_list(lists + "/inject_calls.txt")
    excused = read_list(lists + "/inject_sites.txt")
    names = output_of(programs[0][0], "--wrappers").split()
    wrappers = set(names)
    functions = set().union(*(called(binary) for binary in sys.argv[split + 1:]))
    wrong = []

    for name in sorted(functions - wrappers - set(harmless)):
        wrong.append(f"{name} is neither wrapped nor in inject_calls.txt")
    for name in sorted(wrappers & set(harmless)):
        wrong.append(f"{name} is wrapped, and in inject_calls.txt too")
    sites = {}
    for program, paths in programs if objdump else ():
        tables = [read_table(path) for path in paths.split(",")]
        for key, n_fired in sites_of(lists + "/../..", objdump, program, tables, names).items():
            sites[key] = sites.get(key, 0) + n_fired
    used = {f"{path} {function} {name}"
            for (path, function, name, _), n_fired in sites.items() if n_fired == 0}
    if objdump:
        for name in sorted((wrappers & functions) - {key[2] for key in sites}):
            wrong.append(f"{name} is wrapped, but the programs do not call the wrapper")
        for (path, function, name, line), n_fired in sorted(sites.items()):
            if n_fired == 0 and f"{path} {function} {name}" not in excused:
                wrong.append(f"{path}:{line}: {name} in {function} never failed")
        for key in sorted(set(excused) - used):
            print(f"{key}: failed, or is gone, so its line in inject_sites.txt is not needed")
    for line in wrong:
        print(f"FAILED: {line}")
    n_fired = sum(n > 0 for n in sites.values())
    print(f"{len(functions)} functions, {len(functions & wrappers)} of them wrapped; "
          f"{len(sites)} places call those, {n_fired} failed, {len(used)} are excused")
    # A check that finds no calls is not a success.
    return 1 if wrong or not wrappers & functions or (objdump and n_fired < 50) else 0


sys.exit(main())
