# text.awk - turns the text of a comment into mdoc; a part of page.awk
#
# Texts in backquotes, names of calls, types, constants and error codes, and references to pages and
# headers become macros. Sentences begin on lines of their own, as mdoc wants.
#
# SPDX-License-Identifier: MIT

# Prints paragraphs, and lines that begin with a tab as they are. Returns whether there were any.
function put_text(text,    n, rows, i, paragraph, printed)
{
	n = split(text "\n", rows, "\n")
	for (i = 1; i <= n; i++) {
		if (rows[i] ~ /^[^\t]*[^\t ]/) {
			paragraph = paragraph rows[i] " "
			continue
		}
		if (paragraph != "") {
			if (printed)
				print ".Pp"
			put_paragraph(paragraph)
			paragraph = ""
			printed = 1
		}
		if (rows[i] ~ /^\t/) {
			print ".Bd -literal -offset indent"
			for (; rows[i] ~ /^\t/ || rows[i + 1] ~ /^\t/; i++)
				print program_line(substr(rows[i], 2))
			print ".Ed"
			i--
			printed = 1
		}
	}
	return printed
}

# Prints words as text or macros: each macro on a line, and each sentence.
function put_paragraph(text,    n, words, i, out, line)
{
	# A text in backquotes is one word.
	n = split(text, words, "`")
	text = ""
	for (i = 1; i <= n; i++) {
		if (i % 2 == 0) {
			gsub(/ /, "\001", words[i])
			words[i] = "`" words[i] "`"
		}
		text = text words[i]
	}
	n = split(text, words, " ")
	line = ""
	for (i = 1; i <= n; i++) {
		gsub("\001", " ", words[i])
		out = macro(words[i])
		if (out != "" || length(line) + length(plain(words[i])) > 78) {
			put_line(line)
			put_line(out)
			line = ""
		}
		if (out == "")
			line = line (line == "" ? "" : " ") plain(words[i], line == "")
		if (words[i] ~ /[.?!][)"]?$/ && words[i] !~ /\.\.\.$/) {
			put_line(line)
			line = ""
		}
	}
	put_line(line)
}

function put_line(line)
{
	if (line != "")
		print line
}

# The line of a macro for a word with its punctuation, or "" for a word of text.
function macro(word,    before, after, header)
{
	while (word ~ /^\(./) {
		before = before "( "
		word = substr(word, 2)
	}
	while (word ~ /.[.,:;?!]$/ || word ~ /^[^(]+\)$/ || word ~ /\(.*\).*\)$/) {
		after = " " substr(word, length(word)) after
		word = substr(word, 1, length(word) - 1)
	}
	if (after ~ /\. \./)
		return ""
	if (word ~ /^`[^`]+`$/)
		return ".Ql " before argument(substr(word, 2, length(word) - 2)) after
	if (word ~ /^mmr_.*\(\)$/)
		word = substr(word, 1, length(word) - 2)
	if (word ~ /^mmr_[a-z0-9_]*[a-z0-9]$/) {
		if (word in here)
			return ".Fn " before word after
		if (word in page_of_call) {
			refer("mmr_" page_of_call[word])
			return ".Xr " before word " 3" after
		}
		return word in is_type ? ".Vt " before word after : ""
	}
	if (word ~ /^MMR_[A-Z0-9_]*[A-Z0-9]$/ || word == "NULL")
		return ".Dv " before word after
	if (word ~ /^-E[A-Z0-9]+$/)
		return ".Er " before "\\" word after
	if (word ~ /^[a-z][a-z0-9_]*\([1-8]\)$/)
		return ".Xr " before substr(word, 1, length(word) - 3) " " \
			substr(word, length(word) - 1, 1) after
	if (word ~ /^[a-z]+\.h$/ && (header = substr(word, 1, length(word) - 2)) in is_header &&
			header != page) {
		refer("mmr_" header)
		return ".Xr " before "mmr_" header " 3" after
	}
	return ""
}

# A word of text; a line must not begin with a control character.
function plain(word, starts)
{
	word = escape(word)
	if (word ~ /^\(?'/)
		gsub(/'/, "\\(aq", word)
	if (word ~ /^\(?-[A-Za-z0-9]/)
		sub(/-/, "\\-", word)
	return (starts && word ~ /^[.']/ ? "\\&" : "") word
}

# One argument of a macro.
function argument(text)
{
	text = code(text)
	gsub(/"/, "\\(dq", text)
	if (text ~ /^[^A-Za-z0-9\\]$/)
		text = "\\&" text
	return text ~ / / || text ~ /^[A-Z][a-z]$/ ? "\"" text "\"" : text
}

# Code: every character stays as it is.
function code(text)
{
	text = escape(text)
	gsub(/'/, "\\(aq", text)
	gsub(/-/, "\\-", text)
	return (text ~ /^[.]/ ? "\\&" : "") text
}

function escape(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/\^/, "\\(ha", text)
	gsub(/~/, "\\(ti", text)
	gsub(/`/, "\\(ga", text)
	return text
}

# Fills section[]: "" is what precedes the labels, and each label has its own text.
function split_comment(text,    n, rows, i, m, words, j, now, before)
{
	for (now in section)
		delete section[now]
	now = ""
	section[now] = ""
	n = split(text, rows, "\n")
	for (i = 1; i <= n; i++) {
		if (rows[i] ~ /^\t/) {
			section[now] = section[now] rows[i] "\n"
			continue
		}
		m = split(rows[i], words, " ")
		for (j = 1; j <= m; j++) {
			if (index(labels, " " words[j] " ") && (j == 1 || before ~ /\.$/))
				section[now = words[j]] = ""
			else
				section[now] = section[now] words[j] " "
			before = words[j]
		}
		section[now] = section[now] "\n"
	}
}

# The description of an item: its comment without Returns and Errors.
function put_description(text,    n, list, i, label, printed)
{
	split_comment(text)
	printed = put_text(section[""])
	n = split(labels, list, " ")
	for (i = 1; i <= n; i++) {
		label = list[i]
		if (!(label in section) || label == "Returns:" || label == "Errors:")
			continue
		if (printed++)
			print ".Pp"
		print ".Em " substr(label, 1, length(label) - 1) " :"
		put_text(section[label])
	}
}
