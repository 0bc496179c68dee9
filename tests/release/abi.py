"""abi.py - compares options and enumerations of two releases: abi.py OLD.xml NEW.xml

The arguments are outputs of `abidw --load-all-types`. An options structure starts with struct_size,
so it may get more fields at its end; abidiff cannot express that. An enumeration, with or without a
name, may get more values. Prints a suppression for abidiff for each options structure, and each
difference that an older program would notice; the latter to standard error, with status 1.

SPDX-License-Identifier: MIT
"""
import re
import sys
import xml.etree.ElementTree as tree

PUBLIC = re.compile(r"(^|/)include/mmreader(\.h$|/)")


class Types:
    def __init__(self, path):
        root = tree.parse(path).getroot()
        self.by_id = {node.get("id"): node for node in root.iter() if node.get("id")}
        public = [node for node in root.iter() if PUBLIC.search(node.get("filepath", ""))]
        self.structs = {node.get("name"): self.fields(node) for node in public
                        if node.tag == "class-decl" and node.find("data-member") is not None}
        self.values = {value.get("name"): value.get("value") for node in public
                       if node.tag == "enum-decl" for value in node.iter("enumerator")}

    def fields(self, struct):
        """(name, offset in bits, type) of each field."""
        found = []
        for member in struct.iter("data-member"):
            field = member.find("var-decl")
            found.append((field.get("name"), int(member.get("layout-offset-in-bits")),
                          self.describe(field.get("type-id"))))
        return found

    def describe(self, number):
        """The type as a text, which does not depend on the numbers of one file."""
        node = self.by_id[number]
        inner = node.get("type-id")
        if node.tag == "pointer-type-def":
            return self.describe(inner) + " *"
        if node.tag == "qualified-type-def":
            return self.describe(inner) + " const" * (node.get("const") == "yes")
        if node.tag == "array-type-def":
            return "%s[%s bits]" % (self.describe(inner), node.get("size-in-bits"))
        if node.tag == "function-type":
            return "%s (%s)" % (self.describe(node.find("return").get("type-id")), ", ".join(
                self.describe(one.get("type-id")) for one in node.iter("parameter")))
        if node.tag == "typedef-decl" and self.by_id[inner].tag in ("type-decl", "typedef-decl"):
            return self.describe(inner)
        return "%s %s" % (node.tag, node.get("name"))


def main():
    old, new = (Types(path) for path in sys.argv[1:])
    if not old.structs or not old.values:
        sys.exit("abi.py: no debug information of public headers")
    differences = []
    for name, fields in sorted(old.structs.items()):
        if fields[0][0] != "struct_size":
            continue
        print("[suppress_type]\n\ttype_kind = struct\n\tname_regexp = ^%s$" % name)
        now = new.structs.get(name, [])
        if now[:len(fields)] != fields:
            differences += ["struct %s: %s bits from the start: %s, now %s" % (name, was[1], was, got)
                            for was, got in zip(fields, now + [None] * len(fields)) if was != got]
    for name, value in sorted(old.values.items()):
        if new.values.get(name) != value:
            differences.append("%s was %s, now %s" % (name, value, new.values.get(name)))
    for line in differences:
        print(line, file=sys.stderr)
    sys.exit(1 if differences else 0)


main()
