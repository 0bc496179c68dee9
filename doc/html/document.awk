# document.awk - the links and the ids of a document in HTML
#
# Links to documents become links to their HTML. Headings get the ids that GitHub gives them: small
# letters, with "-" for each space, without punctuation.
#
# SPDX-License-Identifier: MIT

/^<h[1-6]>/ {
	id = $0
	gsub(/<[^>]*>|&[a-z]+;/, "", id)
	id = tolower(id)
	gsub(/ /, "-", id)
	gsub(/[^a-z0-9_-]/, "", id)
	if (used[id]++)
		id = id "-" (used[id] - 1)
	sub(/^<h[1-6]/, "& id=\"" id "\"")
}

{
	out = ""
	while (match($0, /<a href="[^":]*\.md["#]/)) {
		out = out substr($0, 1, RSTART + RLENGTH - 5) ".html"
		$0 = substr($0, RSTART + RLENGTH - 1)
	}
	print out $0
}
