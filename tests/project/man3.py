# man3.py - compares the manual pages of section 3 with the headers, for man3.sh
#
#	man3.py names HEADERS PAGES PREPROCESSED EXPORTS   calls, each named by one page
#	man3.py others PAGES PREPROCESSED MACROS           types, constants and macros, each in one page
#	man3.py prototypes PAGES PREPROCESSED FOLDER       prototypes; writes a C file for each page
#	man3.py comments HEADERS PAGES                     all text of the comments, below its labels
#	man3.py programs PAGES FOLDER                      writes the program of each page
#
# PAGES has the pages and, in PAGE.txt, what mandoc prints for them. Headers are read through the
# preprocessor, or as a sequence of comments and declarations: not as the program does that makes the
# pages. Prints what is wrong.
#
# SPDX-License-Identifier: MIT
import os
import re
import sys

n_wrong = 0


def wrong(text):
    global n_wrong
    n_wrong += 1
    print(text)


def read(*path):
    with open(os.path.join(*path)) as file:
        return file.read()


def names_of_pages(folder):
    return sorted(name[:-2] for name in os.listdir(folder) if name.endswith(".3"))


def section(text, title):
    """What mandoc prints for a section of a page."""
    found = re.search(r"^%s\n(.*?)(?=^\S|\Z)" % re.escape(title), text, re.M | re.S)
    return found.group(1) if found else ""


def named_by(text):
    return section(text, "NAME").partition(" - ")[0].replace(",", " ").split()


def public(names):
    return {name for name in names if not name.endswith("_")}


def preprocessed_header(path):
    text = re.sub(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", "", read(path))
    return re.sub(r"^#.*", "", text, flags=re.M).replace("_Bool", "bool")


def inline_calls(text):
    return public(re.findall(r"\bstatic inline [^({;]*?\b(mmr_\w+)\(", text))


def function_types(text):
    return public(re.findall(r"\btypedef [^({;]*?\b(mmr_\w+)\(", text))


def exactly_one(what, wanted, found):
    """found: pairs of a page and a name."""
    by_name = {}
    for page, name in found:
        by_name.setdefault(name, []).append(page)
    for name in sorted(wanted):
        if len(by_name.get(name, [])) != 1:
            wrong("%s %s: in %s" % (what, name, by_name.get(name, "no page")))
    for name in sorted(set(by_name) - set(wanted)):
        wrong("%s %s: in %s, but in no header" % (what, name, by_name[name]))


def names(headers, pages, preprocessed, exports):
    wanted = {"mmr_" + name[:-2] for name in os.listdir(headers) if name.endswith(".h")}
    found = set(names_of_pages(pages)) - {"mmreader"}
    if wanted != found:
        wrong("pages and headers differ: %s" % sorted(wanted ^ found))
    listed = re.findall(r"^\.It Xr (mmr_\w+) 3", read(pages, "mmreader.3"), re.M)
    if sorted(listed) != sorted(wanted):
        wrong("mmreader.3 does not list each page once: %s" % sorted(wanted ^ set(listed)))
    calls = public(read(exports).split()) | inline_calls(preprocessed_header(preprocessed))
    if len(calls) < 150:
        wrong("only %d calls were found" % len(calls))
    named = []
    for page in found:
        named += [(page, one) for one in named_by(read(pages, page + ".txt")) if one != page or one in calls]
    exactly_one("call", calls, named)


def others(pages, preprocessed, macros):
    text = preprocessed_header(preprocessed)
    bodies = re.findall(r"\benum(?: \w+)? \{(.*?)\}", text, re.S)
    constants = {name for body in bodies for name in re.findall(r"\bMMR_\w+", re.sub(r"=[^,]*", "", body))}
    constants |= public(re.findall(r"^#define (MMR_\w+)", read(macros), re.M))
    types = set(re.findall(r"\btypedef (?:struct|union) (mmr_\w+)", text))
    types |= {"enum " + name for name in re.findall(r"\benum (mmr_\w+) \{", text)}
    if len(constants) < 90 or len(types) < 50:
        wrong("only %d constants and %d types were found" % (len(constants), len(types)))
    heads = {"constant": [], "type": [], "function type": []}
    for page in names_of_pages(pages):
        source = read(pages, page + ".3")
        heads["constant"] += [(page, name) for name in re.findall(r"^\.It Dv (MMR_\w+)", source, re.M)]
        # Initializers are below their type.
        heads["constant"] += [(page, name) for name in re.findall(r"^\.Dv (MMR_\w+_INIT)\ninit", source, re.M)]
        heads["type"] += [(page, name) for name in re.findall(r"^\.It Vt ((?:enum )?mmr_\w+)$", source, re.M)]
        description = source.partition(".Sh DESCRIPTION")[2].partition(".Sh RETURN VALUES")[0]
        heads["function type"] += [(page, name) for name in re.findall(r"^\.It Fn (mmr_\w+_fn)\b", description, re.M)]
    exactly_one("constant", constants, heads["constant"])
    exactly_one("type", types, heads["type"])
    exactly_one("function type", function_types(text), heads["function type"])
    for body in re.findall(r"\btypedef (?:struct|union) mmr_\w+ \{(.*?)\} (mmr_\w+);", text, re.S):
        check_members(pages, *body)


def check_members(pages, body, name):
    for page in names_of_pages(pages):
        after = read(pages, page + ".3").partition("\n.It Vt %s\n" % name)[2]
        if after:
            break
    item = re.split(r"^\.(?:It|El)\b", after, maxsplit=1, flags=re.M)[0]
    if re.search(r"^Members are private", item, re.M):
        return
    listed = after.partition(".Bl ")[2].partition("\n.El")[0]
    listed = re.sub(r"\s", "", "".join(re.findall(r'^\.It Vt "(.*)"$', listed, re.M))).replace("\\", "")
    if listed != re.sub(r"[;\s]", "", body):
        wrong("members of %s in %s: %s" % (name, page, listed))


def squeeze(text):
    return re.sub(r"\s*([*(),])\s*", r"\1", " ".join(text.split()))


def prototypes(pages, preprocessed, folder):
    header = squeeze(preprocessed_header(preprocessed))
    for page in names_of_pages(pages):
        text = read(pages, page + ".txt")
        synopsis = section(text, "SYNOPSIS")
        if page == "mmreader":
            continue
        with open(os.path.join(folder, page + ".c"), "w") as file:
            file.write(synopsis)
        found = [squeeze(one) for one in synopsis.replace("#include <mmreader.h>", "").split(";")]
        for one in filter(None, found):
            if one + ";" not in header and one + "{" not in header.replace(") {", "){"):
                wrong("%s: %s: not so in the header" % (page, one))
        declared = {re.search(r"(mmr_\w+)\(", one).group(1) for one in filter(None, found)}
        calls = declared - function_types(preprocessed_header(preprocessed))
        if calls | {page} != set(named_by(text)):
            wrong("%s: the calls of NAME and SYNOPSIS differ" % page)


LABELS = "Shape|Units|Returns|Errors|Lifetime|Threads|Source"


def letters(text, page=None):
    """Only letters and digits, so that markup and line breaks do not matter."""
    text = re.sub(r"\b([a-z]+)\.h\b", lambda one: one.group(0) if page == "mmr_" + one.group(1)
        or not os.path.exists(os.path.join(sys.argv[2], one.group(0))) else "mmr_" + one.group(1), text)
    text = re.sub(r"\b(mmr_\w+)\(3?\)", r"\1", text)
    return re.sub(r"[^A-Za-z0-9]", "", text)


def comments(headers, pages):
    n = 0
    for page in names_of_pages(pages):
        if page == "mmreader":
            continue
        text = read(pages, page + ".txt")
        whole = letters(text, page)
        sections = {"Returns": letters(section(text, "RETURN VALUES"), page),
            "Errors": letters(section(text, "ERRORS"), page)}
        source = re.sub(r"^MMR_INLINE[^;]*?\n\{.*?^\}", lambda one: one.group(0).partition("\n{")[0] + ";",
            read(headers, page[4:] + ".h"), flags=re.M | re.S)
        for found in re.finditer(r"/\*(.*?)\*/(.*?)(?=\n/\*|\Z)", source, re.S):
            comment = re.sub(r"^\s*\* ?", "", found.group(1), flags=re.M)
            comment = re.sub(r"\A\s*%s\.h - |SPDX-License.*|\A -+ | -+ \Z" % page[4:], "", comment)
            if re.match(r" ?(Private:|clang-format)", comment):
                continue
            calls = "".join(letters(one) for one in re.findall(
                r"^(?:MMR_API|MMR_INLINE|typedef) [^({;]*?\b(mmr_\w+)\(", found.group(2), re.M))
            parts = re.split(r"(?:\A|(?<=\.)|(?<=\n))\s*\b(%s): " % LABELS, comment)
            texts = [("", part) for part in parts[0].split("\n\n")] + list(zip(parts[1::2], parts[2::2]))
            for label, part in texts:
                part = letters(part, page)
                n += part != ""
                if found.start() > 0 and "\t" == source[found.start() - 1]:
                    calls = label = ""
                if label in sections and calls:
                    if calls + part not in sections[label]:
                        wrong("%s: %s: not below %s: %s" % (page, calls, label, part))
                elif label + part not in whole and (label not in sections or part not in sections[label]):
                    wrong("%s: no '%s: %s'" % (page, label, part))
    if n < 700:
        wrong("only %d texts were found" % n)


def programs(pages, folder):
    for page in names_of_pages(pages):
        example = section(read(pages, page + ".txt"), "EXAMPLES")
        if "\n     #include <mmreader.h>\n" not in example:
            wrong("%s has no program" % page)
            continue
        program = example[example.index("     #include"):]
        with open(os.path.join(folder, page + ".c"), "w") as file:
            file.write(re.sub(r"^     ", "", program, flags=re.M))


globals()[sys.argv[1]](*sys.argv[2:])
sys.exit(n_wrong != 0)
