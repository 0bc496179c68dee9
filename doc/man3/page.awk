# page.awk - makes the manual page of one public header from its comments
#
#	awk -f text.awk -f page.awk -v page=lines -v version=0.1.0 -v example=lines.c mmreader.3 HEADER...
#
# HEADERs are all public headers, so that references to calls of other pages can be resolved. The
# date of the page is that of mmreader.3. The first comment of the header is the description. Each
# further comment describes the declarations that follow it; a declaration without one belongs to
# the comment before. Its sections Returns and Errors become sections of the page. Names that end
# with "_" are private. POSIX awk.
#
# SPDX-License-Identifier: MIT

BEGIN {
	labels = " Shape: Units: Returns: Errors: Lifetime: Threads: Source: "
}

FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	header = file
	sub(/\.h$/, "", header)
	if (file ~ /\.h$/)
		is_header[header] = 1
	mine = header == page
}

file == "mmreader.3" {
	if ($1 == ".Dd")
		date = substr($0, 5)
	next
}

# Calls and types of all headers, for references.
/^(MMR_API|MMR_INLINE) / || continued {
	text = continued $0
	if (text !~ /\(/) {
		continued = text " "
	} else {
		continued = ""
		sub(/\(.*/, "", text)
		sub(/.*[ *]/, "", text)
		if (text ~ /[a-z0-9]$/)
			page_of_call[text] = header
	}
}
/^typedef (struct|union) mmr_[a-z0-9_]+ / { is_type[$3] = 1 }
/^enum mmr_[a-z0-9_]+ / { is_type[$2] = 1 }

mine { lines[++n_lines] = $0 }

END {
	if (n_lines == 0) {
		print "page.awk: no header for " page > "/dev/stderr"
		exit 1
	}
	read_header()
	print_page()
}

# --- Reading ----------------------------------------------------------------------------------

# Fills about (the first comment), and items: kind[], comment[], and the form, name and text of each
# of their declarations. An enum without a name has the name "enum".
function read_header(    i, text, pending)
{
	for (i = 1; i <= n_lines; i++) {
		text = lines[i]
		if (text == "") {
			after_blank = 1
		} else if (text ~ /^\/\*/) {
			pending = ""
			for (;; text = lines[++i]) {
				pending = pending comment_line(text) "\n"
				if (text ~ /\*\//)
					break
			}
			if (about == "")
				about = pending
			else if (pending ~ /^--- /)
				add_item("group", pending)
			else if (pending !~ /^(clang-format|Private:)/)
				add_item("", pending)
			after_blank = pending ~ /^(clang-format|--- )/
		} else if (text ~ /^#define MMR_/) {
			i = read_macro(i)
		} else if (text ~ /^#include <mmreader\//) {
			sub(/.*\//, "", text)
			sub(/\.h>/, "", text)
			refer("mmr_" text)
		} else if (text ~ /^(typedef |MMR_API |MMR_INLINE |enum )/) {
			i = read_declaration(i)
		}
	}
}

# The text of a line of a comment, without the marks of the comment.
function comment_line(text)
{
	sub(/^[ \t]*\/\*+ ?/, "", text)
	sub(/ *\*\/.*$/, "", text)
	sub(/^ \* ?/, "", text)
	return text
}

function add_item(what, text)
{
	kind[++n_items] = what
	comment[n_items] = text
	n_declared[n_items] = 0
}

# declare(FORM, NAME, TEXT): adds a declaration to the last item.
function declare(form, name, text)
{
	if (name ~ /_$/ && form != "enum")
		return
	if (n_items == 0 || after_blank && form != "call" && name !~ /_INIT$/)
		add_item("", "")
	after_blank = 0
	n_declared[n_items]++
	forms[n_items, n_declared[n_items]] = form
	names[n_items, n_declared[n_items]] = name
	texts[n_items, n_declared[n_items]] = text
	if (form == "call" || form == "function type")
		here[name] = 1
}

function read_macro(i,    text, name)
{
	text = lines[i]
	while (sub(/[ \t]*\\$/, "", text))
		text = text " " lines[++i]
	gsub(/[ \t]+/, " ", text)
	split(text, parts, " ")
	name = parts[2]
	sub(/^#define [^ ]+ ?/, "", text)
	if (!(name in known))
		declare("macro", name, text)
	known[name] = 1
	return i
}

function read_declaration(i,    text, name, form)
{
	text = lines[i]
	if (text ~ /[{]$/) {
		form = text ~ /enum/ ? "enum" : "struct"
		name = text
		sub(/ ?[{]$/, "", name)
		sub(/^typedef /, "", name)
		while (lines[++i] !~ /^}/)
			text = text "\n" lines[i]
		declare(form, name, text)
		return i
	}
	while (text !~ /;$/ && lines[i + 1] != "{") {
		i++
		sub(/^[ \t]+/, "", lines[i])
		text = text (text ~ /\($/ ? "" : " ") lines[i]
	}
	if (text !~ /;$/)
		while (lines[++i] != "}")
			;
	sub(/;$/, "", text)
	sub(/^(MMR_API|MMR_INLINE) (MMR_MUST_CHECK )?/, "", text)
	if (text ~ /\(/) {
		name = text
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		declare(text ~ /^typedef/ ? "function type" : "call", name, text)
	} else {
		name = text
		sub(/.* /, "", name)
		declare("opaque", name, text)
	}
	return i
}

# --- The page ---------------------------------------------------------------------------------

function print_page(    i, j, title, text)
{
	title = "mmr_" page
	print ".\\\" Made from include/mmreader/" page ".h by doc/man3/page.awk."
	print ".Dd " date
	print ".Dt " toupper(title) " 3"
	print ".Os mmreader " version
	print ".Sh NAME"
	printf ".Nm %s", title
	for (i = 1; i <= n_items; i++)
		for (j = 1; j <= n_declared[i]; j++)
			if (forms[i, j] == "call" && names[i, j] != title)
				printf " ,\n.Nm %s", names[i, j]
	printf "\n"
	text = about
	sub(/\n.*/, "", text)
	sub(/^[^ ]* - /, "", text)
	print ".Nd " text
	print ".Sh LIBRARY"
	print "libmmreader, compiled and linked with the options that"
	print ".Ql pkg\\-config \\-\\-cflags \\-\\-libs mmreader"
	print "prints."
	print ".Sh SYNOPSIS"
	print ".In mmreader.h"
	for (i = 1; i <= n_items; i++)
		for (j = 1; j <= n_declared[i]; j++)
			if (forms[i, j] == "call" || forms[i, j] == "function type")
				print_prototype(texts[i, j])
	print ".Sh DESCRIPTION"
	text = about
	sub(/^[^\n]*\n/, "", text)
	sub(/\n*SPDX-License.*/, "", text)
	put_text(text)
	for (i = 1; i <= n_items; i++)
		print_item(i)
	end_list()
	print_section("RETURN VALUES", "Returns:")
	print_example()
	print_section("ERRORS", "Errors:")
	print_see_also()
}

# Splits at commas that are not in parentheses.
function split_arguments(text, arguments,    n, i, c, depth)
{
	n = 1
	arguments[1] = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		depth += (c == "(") - (c == ")")
		if (c == "," && depth == 0)
			arguments[++n] = ""
		else if (c != " " || arguments[n] != "")
			arguments[n] = arguments[n] c
	}
	return n
}

function print_prototype(text,    before, arguments, n, i, name)
{
	before = text
	sub(/\(.*/, "", before)
	name = before
	sub(/.*[ *]/, "", name)
	before = substr(before, 1, length(before) - length(name))
	sub(/ $/, "", before)
	sub(/^[^(]*\(/, "", text)
	sub(/\)$/, "", text)
	n = split_arguments(text, arguments)
	print ".Ft " before
	print ".Fo " name
	for (i = 1; i <= n; i++)
		print ".Fa \"" arguments[i] "\""
	print ".Fc"
}

# The name of a declared argument.
function argument_name(text)
{
	if (text ~ /\(\*/) {
		sub(/.*\(\*/, "", text)
		sub(/\).*/, "", text)
		return text
	}
	sub(/\[.*/, "", text)
	sub(/.*[ *]/, "", text)
	return text
}

function begin_list()
{
	if (!in_list)
		print ".Bl -tag -width Ds"
	in_list = 1
}

function end_list()
{
	if (in_list)
		print ".El"
	in_list = 0
}

function print_item(i,    j, text)
{
	if (kind[i] == "group") {
		end_list()
		text = comment[i]
		sub(/^-+ /, "", text)
		sub(/ *-*\n*$/, "", text)
		print ".Ss " text
		return
	}
	if (n_declared[i] == 0)
		return
	if (names[i, 1] == "enum") {
		end_list()
		print ".Pp"
		put_description(comment[i])
	}
	begin_list()
	for (j = 1; j <= n_declared[i]; j++) {
		if (j > 1 && forms[i, j] == "macro" && names[i, j] ~ /_INIT$/) {
			print_initializer(i, j)
			continue
		}
		print_head(forms[i, j], names[i, j], texts[i, j])
		# The comment is below the last of several calls, and below the first of other things.
		if (names[i, j] != "enum" && j == (forms[i, 1] == "call" ? n_declared[i] : 1))
			put_description(comment[i])
		if (forms[i, j] == "struct" && comment[i] !~ /(^|[ \n])Members are private/ ||
				forms[i, j] == "enum")
			print_members(names[i, j], texts[i, j])
	}
}

function print_head(form, name, text,    arguments, n, i)
{
	if (form == "call" || form == "function type") {
		sub(/^[^(]*\(/, "", text)
		sub(/\)$/, "", text)
		printf ".It Fn %s", name
		n = text == "void" ? 0 : split_arguments(text, arguments)
		for (i = 1; i <= n; i++)
			printf " %s", argument_name(arguments[i])
		printf "\n"
	} else if (form == "macro") {
		print ".It Dv " name (text ~ /^[A-Za-z0-9_()< ]+$/ ? " No = " code(text) : "")
	} else if (name != "enum") {
		sub(/^(struct|union) /, "", name)
		print ".It Vt " name
	}
}

function print_initializer(i, j)
{
	print ".Pp"
	print ".Dv " names[i, j]
	print "initializes it:"
	print ".Bd -literal"
	put_code(texts[i, j], 60)
	print ".Ed"
}

# Breaks a line of code after commas.
function put_code(text, width,    n, parts, line, i)
{
	n = split(text, parts, " ")
	for (i = 1; i <= n; i++) {
		if (line != "" && length(line) + length(parts[i]) > width) {
			print line
			line = "   "
		}
		line = line (line == "" ? "" : " ") code(parts[i])
	}
	print line
}

# The members of a struct or an enum, each with the comments before it and after it.
function print_members(name, text,    n, body, i, line, before, note)
{
	n = split(text, body, "\n")
	if (name != "enum")
		print ".Pp\n.Bl -tag -width Ds -compact"
	for (i = 2; i <= n; i++) {
		line = body[i]
		sub(/^\t+/, "", line)
		note = ""
		if (index(line, "/*")) {
			note = substr(line, index(line, "/*"))
			line = substr(line, 1, index(line, "/*") - 1)
			while (note !~ /\*\//)
				note = note "\n" without_star(body[++i])
			note = comment_line(note)
		}
		sub(/[ \t,;]+$/, "", line)
		if (line == "") {
			before = note "\n"
			continue
		}
		print ".It " (line ~ /^MMR_/ ? "Dv " : "Vt ") member_code(line)
		put_text(before note)
		before = ""
	}
	if (name != "enum")
		print ".El"
}

# A further line of a comment in a struct.
function without_star(text)
{
	sub(/^[ \t]*\*? ?/, "", text)
	return text
}

# A member, or a constant with its value.
function member_code(text)
{
	if (text ~ / = /)
		return substr(text, 1, index(text, " ") - 1) " No " \
			code(substr(text, index(text, " ") + 1))
	return argument(text)
}

# --- Sections of the page ---------------------------------------------------------------------

# Prints a section of the page: for each item with this label, its calls and the text.
function print_section(title, label,    i, j, heads)
{
	print ".Sh " title
	print label == "Returns:" ? general_returns() : general_errors()
	in_list = 0
	for (i = 1; i <= n_items; i++) {
		if (kind[i] == "group" || n_declared[i] == 0)
			continue
		split_comment(comment[i])
		if (!(label in section))
			continue
		heads = ""
		for (j = 1; j <= n_declared[i]; j++)
			heads = heads (heads == "" ? "" : " , ") (forms[i, j] == "call" ||
				forms[i, j] == "function type" ? "Fn " : "Vt ") names[i, j]
		begin_list()
		print ".It " heads
		put_text(section[label])
	}
	end_list()
}

function general_returns()
{
	return "Unless stated otherwise, a call that returns\n.Vt int\n" \
		"returns 0 on success and a negative code on failure."
}

function general_errors()
{
	refer("mmr_error")
	return "Negative codes are negated\n.Va errno\nvalues or\n.Dv MMR_E...\nvalues" \
		(page == "error" ? "." : "; see\n.Xr mmr_error 3 .")
}

# The program of the page, after its first comment, whose second line on describes it.
function print_example(    line, intro, in_comment)
{
	print ".Sh EXAMPLES"
	in_comment = 1
	while ((getline line < example) > 0) {
		if (in_comment) {
			if (line ~ /SPDX/)
				in_comment = 0
			else if (line ~ /^ \* /)
				intro = intro substr(line, 4) "\n"
			if (!in_comment) {
				put_text(intro)
				print ".Bd -literal"
			}
			continue
		}
		print program_line(line)
	}
	if (in_comment) {
		print "page.awk: no program for " page > "/dev/stderr"
		exit 1
	}
	print ".Ed"
}

# Indents by 4 columns, which leaves room for the margins of the page.
function program_line(line,    indent)
{
	while (sub(/^\t/, "", line))
		indent = indent "    "
	return indent code(line)
}

# Remembers another page for SEE ALSO.
function refer(name)
{
	if (name != "mmr_" page)
		referred[name] = 1
}

function print_see_also(    name, n, list, i)
{
	referred["mmreader"] = 1
	for (name in referred) {
		for (i = ++n; i > 1 && list[i - 1] > name; i--)
			list[i] = list[i - 1]
		list[i] = name
	}
	print ".Sh SEE ALSO"
	for (i = 1; i <= n; i++)
		print ".Xr " list[i] " 3" (i < n ? " ," : "")
}
