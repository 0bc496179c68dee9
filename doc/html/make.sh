#!/bin/sh
# make.sh - renders the manual pages and the documents as HTML
#
#	make.sh SOURCE FOLDER VERSION PAGE...
#
# FOLDER gets index.html, README.html and the other documents of the top folder, doc/ and man/, with
# the links of the source. Manual pages are rendered by mandoc, documents by cmark-gfm, which renders
# them as GitHub does; without it, they are left out.
#
# SPDX-License-Identifier: MIT
set -eu
export LC_ALL=C
source=$1 folder=$2 version=$3
shift 3
here=$source/doc/html

if ! command -v mandoc > /dev/null; then
	echo "make html: mandoc is missing (Debian: mandoc)" >&2
	exit 1
fi

# top TITLE UP, foot : what is around each page; UP is the path from it to FOLDER.
top()
{
	cat <<-END
	<!DOCTYPE html>
	<html lang="en">
	<head>
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	<title>$1</title>
	<link rel="stylesheet" href="$2style.css">
	</head>
	<body>
	<nav><a href="$2index.html">mmreader $version</a></nav>
	<main>
	END
}
foot()
{
	printf '</main>\n</body>\n</html>\n'
}

mkdir -p "$folder/doc" "$folder/man"
cp "$here/style.css" "$folder"
cp "$source"/doc/*.svg "$folder/doc"

# --- Manual pages ---------------------------------------------------------------------------------

# Where each page, call and type is.
names=$folder/names
for page; do
	awk -v page="${page##*/}" '
		BEGIN { print page, page ".html" }
		/^\.Nm mmr_/ && $2 ".3" != page { print $2 ".3", page ".html#" $2 }
		/^\.It Vt mmr_[a-z0-9_]*$/ { print $3, page ".html#" $3 }' "$page"
done > "$names"

for page; do
	name=${page##*/}
	{
		top "${name%.*}(${name##*.})" ../
		mandoc -T html -O 'fragment,man=%N.%S.html' "$page" |
			awk -v page="$name.html" -v names="$names" -f "$here/man.awk"
		foot
	} > "$folder/man/$name.html"
done
rm "$names"

# --- Documents ------------------------------------------------------------------------------------

documents=
if command -v cmark-gfm > /dev/null; then
	documents="README CONTRIBUTING.md SECURITY.md $(cd "$source" && echo doc/*.md)"
else
	echo "make html: documents are left out: cmark-gfm is missing (Debian: cmark-gfm)" >&2
fi
for document in $documents; do
	title=$(sed -n '1s/^# //; 1p' "$source/$document" | sed 's/&/\&amp;/g; s/</\&lt;/g')
	up=
	case $document in doc/*) up=../ ;; esac
	{
		top "$title" "$up"
		cmark-gfm -e table "$source/$document" | awk -f "$here/document.awk"
		foot
	} > "$folder/${document%.md}.html"
done

# --- The first page -------------------------------------------------------------------------------

# entry PATH TITLE TEXT : a line of a list.
entry()
{
	printf '<dt><a href="%s">%s</a></dt>\n<dd>%s</dd>\n' "$@"
}

{
	top mmreader ""
	echo "<h1>mmreader</h1>"
	echo "<p>Reads files larger than memory: libmmreader is a C library, mmcat a tool.</p>"
	if [ -n "$documents" ]; then
		printf '<h2>Documents</h2>\n<dl>\n'
		for document in $documents; do
			title=$(sed -n 's/<title>\(.*\)<\/title>/\1/p' "$folder/${document%.md}.html")
			entry "${document%.md}.html" "${document##*/}" "$title"
		done
		echo "</dl>"
	fi
	printf '<h2>Manual pages</h2>\n<dl>\n'
	for page; do
		name=${page##*/}
		entry "man/$name.html" "${name%.*}(${name##*.})" "$(sed -n "s/^\\.Nd //p" "$page")"
	done
	echo "</dl>"
	foot
} > "$folder/index.html"
