# doc_code.py - compiles and runs the code of the documents, for doc_code.sh
#
#	doc_code.py SOURCE FOLDER LIST PAGE...
#
# A block of code is between lines ``` with the name of its language, or indented by a tab. Without a
# name it is C or C++ if it begins with #include, Python if it begins with an import, and otherwise
# commands of the shell.
#
# c, c++,   A complete program is compiled and linked. Other code is compiled as the body of a
# c++20     function that has `mmr_reader *file` and `int err`. Commands before or after a program
#           may compile it.
# python    The blocks of a page are run one after the other, in one module.
# sh        The blocks of a page are run by one bash, which prints no error, in FOLDER. doc_code.sh
#           makes its files and programs. In a block of lines "COMMAND  DESCRIPTION", with at least
#           two spaces between both, the commands are run.
#
# LIST has a line for each block that is not tested: the page, its first line, and why; separated by
# tabs. Prints what is wrong.
#
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import sys

LANGUAGES = {"c": "c", "c++": "c++", "cpp": "c++", "c++20": "c++20", "python": "python", "py": "python", "sh": "sh",
    "shell": "sh", "bash": "sh"}
STANDARDS = {"c": "-std=c11", "c++": "-std=c++17", "c++20": "-std=c++20"}
# Sizes are smaller here, and so are the offset and the number of a line.
SMALLER = [(r"\b4G\b", "1M"), (r"^BYTE=.*", "BYTE=700000 LINE=8000 DAY=$(sed -n 8000p sorted | cut -c 1-10)")]

n_wrong = 0
n_tested = {}


def wrong(where, text):
    global n_wrong
    n_wrong += 1
    print("%s: %s" % (where, text))


class Block:
    def __init__(self, page, line, language, lines):
        while lines and not lines[-1].strip():
            lines.pop()
        self.where, self.page, self.line, self.lines = "%s:%d" % (page, line), page, line, lines
        self.language = LANGUAGES.get(language, language) if language else self.guess()

    def guess(self):
        if self.lines[0].startswith("#include"):
            return "c++" if re.search(r"<mmreader\.hpp>|<\w+>", "\n".join(self.lines)) else "c"
        return "python" if re.match(r"(import|from) \w", self.lines[0]) else "sh"

    def text(self):
        return "\n".join(self.lines) + "\n"


def split_program(block, line):
    """After a program, other lines of an indented block are another block."""
    if block.language in STANDARDS and "}" in block.lines:
        end = len(block.lines) - block.lines[::-1].index("}")
        rest = block.lines[end:]
        if any(rest):
            start = next(i for i, one in enumerate(rest) if one)
            after = Block(block.page, line + end + start, "", rest[start:])
            block.lines = block.lines[:end]
            return [block, after]
    return [block]


def blocks_of(source, page):
    with open(os.path.join(source, page), encoding="utf-8") as file:
        lines = file.read().split("\n")
    found, i = [], 0
    while i < len(lines):
        fence = re.match(r"(\s*)(```+)\s*(\S*)", lines[i])
        start = i
        if fence:
            i += 1
            body = []
            while i < len(lines) and lines[i].strip() != fence.group(2):
                body.append(lines[i][len(fence.group(1)):])
                i += 1
            found.append(Block(page, start + 2, fence.group(3) or "?", body))
        elif lines[i].startswith("\t"):
            body = []
            while i < len(lines) and (lines[i].startswith("\t") or not lines[i].strip()):
                body.append(lines[i])
                i += 1
            depth = min(len(one) - len(one.lstrip("\t")) for one in body if one)
            found += split_program(Block(page, start + 1, "", [one[depth:] for one in body]), start + 1)
            continue
        i += 1
    return found


def run(where, command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **more)
    if done.returncode != 0:
        wrong(where, "status %d: %s\n%s" % (done.returncode, " ".join(command)[-200:], done.stdout))


def compile_block(folder, block):
    cxx = block.language != "c"
    text = block.text()
    if not re.search(r"\bmain\(", text):
        includes = "".join(re.findall(r"^#include.*\n", text, re.M))
        body = re.sub(r"^#include.*\n", "", text, flags=re.M)
        header = "#include <mmreader.hpp>\n" if cxx else "#include <mmreader.h>\n#include <stdio.h>\n"
        text = "%s%sint body(mmr_reader *file);\nint body(mmr_reader *file)\n{\n\tint err = 0;\n\t(void)file;\n%s" \
            "\treturn err;\n}\nint main(void)\n{\n\treturn body(NULL);\n}\n" % (header, includes, body)
    name = os.path.join(folder, "program.cc" if cxx else "program.c")
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    compiler = os.environ["CXX" if cxx else "CC"].split()
    run(block.where, compiler + [STANDARDS[block.language], "-Wall", "-Wextra", "-Werror",
        "-Wno-unused-variable", "-Wno-unused-but-set-variable"] + os.environ["CODE_FLAGS"].split() +
        ["-o", os.path.join(folder, "program"), name] + os.environ["CODE_LIBS"].split())


def save_program(folder, blocks, i):
    """Commands find the program before or after them by the name that they use."""
    near = [block for block in (blocks[i - 1:i] + blocks[i + 1:i + 2]) if block.language in STANDARDS]
    for name in re.findall(r"\b\w+\.(?:c|cc|cpp)\b", blocks[i].text()):
        if near:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(near[0].text())


def commands(block):
    """The lines of a block, without descriptions."""
    described = [re.match(r"(mmcat .*?\S)  +[^#\s].*$", line) for line in block.lines]
    lines = [one.group(1) for one in described] if all(described) else block.lines
    if os.environ["HAS_PCRE2"] != "yes":
        lines = [line for line in lines if not re.search(r"mmcat.* -[ER] ", line)]
    text = "\n".join(lines) + "\n"
    for pattern, shorter in SMALLER:
        text = re.sub(pattern, shorter, text, flags=re.M)
    return text


# Status 1 of a search means that nothing was found.
SHELL = r"""
wrong()
{
	case $1:$2 in
	1:mmcat* | 1:grep* | 1:rg*) ;;
	*) echo "line $block: status $1: $2" >&2 ;;
	esac
}
trap 'wrong "$?" "$BASH_COMMAND"' ERR
"""


def run_shell(folder, page, blocks):
    script = SHELL + "".join("block=%d\n%s" % (block.line, commands(block)) for block in blocks)
    with open(os.path.join(folder, "script"), "w", encoding="utf-8") as file:
        file.write(script)
    # A version manager may have put the folder of this interpreter in front.
    path = os.path.join(folder, "bin") + ":" + os.environ["PATH"]
    with open(os.path.join(folder, "errors"), "w+", encoding="utf-8") as errors:
        status = subprocess.run(["bash", "script"], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=errors, timeout=300,
            env=dict(os.environ, PATH=path)).returncode
        errors.seek(0)
        said = errors.read()
    if said or status > 1:
        wrong(page, "status %d of its commands:\n%s" % (status, said))


def run_python(folder, page, blocks):
    # Each line is at its own number, so that messages name it.
    script = ""
    for block in blocks:
        script += "\n" * (block.line - 1 - script.count("\n")) + block.text()
    name = os.path.join(folder, "page.py")
    with open(name, "w", encoding="utf-8") as file:
        file.write(script)
    run(page, [os.environ["PYTHON"] or sys.executable, name], cwd=folder, stdin=subprocess.DEVNULL)


def read_list(path):
    entries = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                entries.append(line.rstrip("\n").split("\t"))
    return entries


def main():
    source, folder, path = sys.argv[1:4]
    entries, used = read_list(path), set()
    for entry in entries:
        if len(entry) != 3 or len(entry[2]) < 10:
            wrong(path, "not a page, a line and a reason: %s" % entry)
    for page in sys.argv[4:]:
        by_language, all_blocks = {}, blocks_of(source, page)
        for i, block in enumerate(all_blocks):
            untested = [tuple(entry) for entry in entries if entry[0] == page and entry[1] in ("*", block.lines[0])]
            used.update(untested)
            if not untested:
                by_language.setdefault(block.language, []).append(block)
                if block.language == "sh":
                    save_program(folder, all_blocks, i)
        for language, blocks in by_language.items():
            missing = language.startswith("c++") and os.environ["HAS_CXX"] != "yes" and "C++ compiler" or \
                language == "python" and os.environ["PYTHONPATH"] == "" and \
                any("mmreader" in block.text() for block in blocks) and "package for Python"
            if missing:
                print("skipped: code of %s: no %s" % (page, missing), file=sys.stderr)
            elif language in STANDARDS:
                for block in blocks:
                    compile_block(folder, block)
            elif language == "python":
                run_python(folder, page, blocks)
            elif language != "sh":
                for block in blocks:
                    wrong(block.where, "code in '%s' is not tested" % language)
            n_tested[language] = n_tested.get(language, 0) + len(blocks)
        if "sh" in by_language:
            run_shell(folder, page, by_language["sh"])
    for entry in entries:
        if entry[0] in sys.argv[4:] and tuple(entry) not in used:
            wrong(path, "no such block: %s" % entry[:2])
    print("blocks: %s; listed: %d" % (n_tested, len(entries)), file=sys.stderr)
    sys.exit(n_wrong != 0)


main()
