#!/usr/bin/env bash
# rename.sh - another name that is given to configure is used everywhere
#
# Configures the existing build once more, in another folder; the objects are copied.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

# The make that runs this test would pass its jobs and its DESTDIR on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
new=xmmcat-2
root=$tmp/root
share=$root/usr/share

# --- Without another name -------------------------------------------------------------------------

# same FILE INSTALLED : the installed file is as in the source, but for the .Os of the page.
same()
{
	local installed

	installed=$(find "$tmp/plain" -path "*/$2")
	[ -n "$installed" ] &&
		sed 's/^\.Os mmreader [0-9].*/.Os/' "$installed" | cmp - "$top_srcdir/$1"
}
check "make install-data" make -C "$top_builddir" install-data DESTDIR="$tmp/plain"
if [ -e "$top_builddir/named/bash/mmcat" ]; then
	check "the page" same doc/mmcat.1 man1/mmcat.1
	check "the page's footer has the version" \
		grep -rq '^\.Os mmreader [0-9]' "$tmp/plain" --include=mmcat.1
	check "for bash" same completions/mmcat.bash completions/mmcat
	check "for zsh" same completions/_mmcat _mmcat
	check "for fish" same completions/mmcat.fish mmcat.fish
else
	echo "skipped: the original name: this build has changed it"
fi

# --- With another name ----------------------------------------------------------------------------

# configure refuses a source folder that has a build in it, so it gets a copy.
mkdir "$tmp/source" "$tmp/build" || exit 99
for file in "$top_srcdir"/*; do
	case ${file##*/} in
	config.h | config.status | libtool | Makefile | stamp-h1 | named | *.la | mmcat | build*) ;;
	*) ln -s "$file" "$tmp/source" ;;
	esac
done
ln -s "$top_srcdir/build-aux" "$tmp/source/build-aux"
configure_cache > "$tmp/build/cache"

configure()
{
	cd "$tmp/build" || return
	eval "set -- $("$top_builddir/config.status" --config)"
	"$tmp/source/configure" "$@" --srcdir="$tmp/source" --cache-file=cache \
		--prefix=/usr --exec-prefix=/usr \
		--bindir=/usr/bin --libdir=/usr/lib --includedir=/usr/include \
		--datarootdir=/usr/share --datadir=/usr/share --mandir=/usr/share/man \
		--with-bash-completion-dir --with-zsh-completion-dir \
		--with-fish-completion-dir=/usr/lib/fish/more --with-python=no \
		--program-transform-name=s,x,x, --program-prefix=x --program-suffix=-2
}
configure > "$tmp/configure.log" 2>&1 || { tail -n 30 "$tmp/configure.log"; fail "configure"; }

# Objects with equal times, newer than their sources, are not made again. The library is, since it
# contains the path of its installation.
compiled=(-regextype posix-extended -regex '(.*/)?(mmcat|.*\.(l?[oa]|so[.0-9]*|dirstamp))')
(
	cd "$top_builddir" || exit
	find mmcat libmmreader_internal.la .libs/libmmreader_internal.* src tools \
		"${compiled[@]}" -print0 |
		tar -c --null -T - | tar -x -C "$tmp/build"
)
find "$tmp/build" "${compiled[@]}" -exec touch -h -r "$tmp/build/config.status" {} +

install_renamed()
{
	make -C "$tmp/build" install DESTDIR="$root" V=1
}
check "make install" install_renamed
check "make install compiles nothing" test "$(grep -c -- ' -c -o ' "$tmp/check.out")" = 0

installed()
{
	(cd "$root" && find . -type f ! -path './usr/include/*' ! -name 'libmmreader.*' \
		! -name mmreader.pc ! -name '*.cmake' ! -path './usr/share/man/man3/*') | sort
}
wanted()
{
	sort <<-END
	./usr/bin/$new
	./usr/lib/fish/more/$new.fish
	./usr/share/bash-completion/completions/$new
	./usr/share/man/man1/$new.1
	./usr/share/zsh/site-functions/_$new
	END
}
check "every file has the new name" diff <(wanted) <(installed)

page=$share/man/man1/$new.1
text_renamed()
{
	grep -qx '\.Dt XMMCAT-2 1' "$page" && grep -qx "\.Nm $new" "$page" &&
		grep -qF "\$ $new " "$page" && ! grep '[^x]mmcat\|^mmcat' "$page" &&
		! grep 'mmcat\($\|[^-]\|-[^2]\)' "$page"
}
check "the page contains the new name" text_renamed
if command -v mandoc > /dev/null; then
	check "the rendered page contains the new name" \
		grep -q "^ *$new – print files" <(mandoc -T utf8 "$page" | sed 's/.\x08//g')
	check "mandoc accepts the renamed page" lint "$page"
fi

says()
{
	"$root/usr/bin/$new" nowhere 2>&1 | grep -q "^$new: nowhere: " &&
		"$root/usr/bin/$new" --help | grep -q "^Usage: $new "
}
check "messages contain the new name" says

completes()
{
	bash -c '
		. "$1" || exit
		complete -p "$2"
		compopt() { :; }
		COMP_LINE="$2 --rev" COMP_POINT=$((${#2} + 6))
		"_$2" "$2" --rev "$2"
		[ "${COMPREPLY[*]}" = --reverse ]' - "$share/bash-completion/completions/$new" "$new"
}
check "bash completes the new name" completes
check "zsh completes the new name" grep -qx "#compdef $new" "$share/zsh/site-functions/_$new"
check "fish completes the new name" \
	grep -q "^complete -c $new -s b" "$root/usr/lib/fish/more/$new.fish"
check "no completion contains the old name" sh -c '! grep -r "[^x]mmcat\|mmcat\($\|[^-]\|-[^2]\)" "$@"' - \
	"$share/zsh" "$share/bash-completion" "$root/usr/lib/fish"

check "make uninstall" make -C "$tmp/build" uninstall DESTDIR="$root"
check "make uninstall removes everything" test -z "$(find "$root" ! -type d)"
