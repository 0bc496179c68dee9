# html_links.py - checks the HTML of `make html`, for html.sh
#
#	html_links.py FOLDER NAME...   each file is well formed, each link leads to a file and an id of it,
#	                         each file is linked from index.html, and some page has an id of each
#	                         NAME
#
# Prints what is wrong.
#
# SPDX-License-Identifier: MIT
import html.parser
import os
import sys
import urllib.parse

VOID = {"br", "col", "hr", "img", "input", "link", "meta"}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.open, self.ids, self.links, self.wrong = path, [], [], [], []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        if self.open:
            self.wrong.append("not closed: %s" % self.open)
        for name in {name for name in self.ids if self.ids.count(name) > 1}:
            self.wrong.append("two ids %s" % name)
        if any(ord(c) < 9 for c in "".join(self.ids)) or "" in self.ids:
            self.wrong.append("an empty id")

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            elif key in ("href", "src"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("</%s> at line %d closes nothing" % (tag, self.getpos()[0]))


def main():
    folder = os.path.realpath(sys.argv[1])
    files = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    pages = {path: Page(path) for path in files if path.endswith(".html")}
    wrong = ["%s: %s" % (path, one) for path, page in pages.items() for one in page.wrong]
    linked = {os.path.join(folder, "index.html")}
    for path, page in pages.items():
        for link in page.links:
            url = urllib.parse.urlsplit(link)
            if url.scheme:
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(path), url.path)) if url.path else path
            if target not in files:
                wrong.append("%s: no file %s" % (path, link))
            elif url.fragment and url.fragment not in pages[target].ids:
                wrong.append("%s: no id %s" % (path, link))
            if path == os.path.join(folder, "index.html"):
                linked.add(target)
    wrong += ["%s is not linked from the first page" % path for path in sorted(set(pages) - linked)]
    ids = {name for page in pages.values() for name in page.ids}
    wrong += ["no page has the id %s" % name for name in sys.argv[2:] if name not in ids]
    if not pages:
        wrong.append("no pages")
    print("\n".join(wrong))
    sys.exit(len(wrong) > 0)


main()
