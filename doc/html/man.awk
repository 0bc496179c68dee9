# man.awk - the links of a manual page in HTML
#
#	awk -f man.awk -v page=mmr_lines.3.html -v names=NAMES
#
# NAMES has lines "PAGE PAGE.html", "CALL.3 PAGE.html#CALL" and "TYPE PAGE.html#TYPE". Calls and types
# become links to their descriptions, which get ids here, since those that mandoc gives them depend on
# how often a page names them. References to pages that are not here become text.
#
# SPDX-License-Identifier: MIT

BEGIN {
	while ((getline line < names) > 0) {
		split(line, parts, " ")
		where[parts[1]] = parts[2]
	}
}

{ text = text $0 "\n" }

END {
	gsub(/ id="mmr_[^"]*"/, "", text)
	reference = "<a class=\"Xr\" href=\"[^\"]*\">[^<]*</a>"
	name = "(<code class=\"Fn\">[^<]*</code>|<var class=\"Vt\">[^<]*</var>)"
	linked = "(<dt>)?(<a class=\"permalink\" href=\"#mmr_[^\"]*\">)?" name "(</a>)?"
	while (match(text, reference "|" linked)) {
		printf "%s", substr(text, 1, RSTART - 1)
		element = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (element ~ /^<a class="Xr"/)
			print_reference(text_of(element))
		else
			print_name(element)
	}
	printf "%s", text
}

# The text of an element.
function text_of(element)
{
	gsub(/<[^>]*>/, "", element)
	gsub(/[ \n]+/, " ", element)
	return element
}

# print_reference("mmr_open(3)").
function print_reference(to,    key)
{
	key = to
	gsub(/[()]/, ".", key)
	sub(/\.$/, "", key)
	if (key in where)
		printf "<a class=\"Xr\" href=\"%s\">%s</a>", where[key], to
	else
		printf "<span class=\"Xr\">%s</span>", to
}

# A call or a type, at the head of its description or elsewhere.
function print_name(element,    head, key, to)
{
	head = element ~ /^<dt>/
	key = text_of(element)
	match(element, name)
	element = substr(element, RSTART, RLENGTH)
	if (head) {
		printf "<dt%s>", key ~ /^mmr_[a-z0-9_]*$/ && !(key in described) ? " id=\"" key "\"" : ""
		described[key] = 1
	}
	to = where[key ".3"] ~ /#/ ? where[key ".3"] : where[key]
	sub("^" page "#", "#", to)
	printf to == "" ? "%s" : "<a class=\"permalink\" href=\"" to "\">%s</a>", element
}
