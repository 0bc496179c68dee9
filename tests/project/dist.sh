#!/usr/bin/env bash
# dist.sh - `make dist` packs the files of the checkout, and packs them again from its own tarball
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need tar
need gzip
tar --version | grep -q 'GNU tar' || skip "tar is not GNU tar"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES SOURCE_DATE_EPOCH
version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' "$top_builddir/config.h")

# pack BUILD TARBALL: makes the tarball in a build folder, under a name that no user takes.
pack()
{
	local name=dist-test-$$

	make -s -C "$1" dist distdir="$name" && mv "$1/$name.tar.gz" "$2"
}
check "make dist" pack "$top_builddir" "$tmp/first.tar.gz"
[ "$n_failed" = 0 ] || exit 1
tar -tzf "$tmp/first.tar.gz" | sed -n 's#^[^/]*/\(.*[^/]\)$#\1#p' | sort > "$tmp/packed"

# --- The list of files ----------------------------------------------------------------------------

# Files of the checkout that are not packed.
left_out()
{
	sed 's/ .*//' <<-'END'
	.clang-format  only a change of the source needs it
	.editorconfig  only a change of the source needs it
	.gitignore     only a checkout needs it
	END
	# A distribution adds its own folder: see debian/README.source.
	grep '^debian/' "$tmp/source"
}

# Files that autotools make, so that a user needs none of them, and manual pages that make makes.
made='^(configure|aclocal\.m4|config\.h\.in|Makefile\.in|build-aux/[a-z.-]*|m4/[a-z~]*\.m4|man3/mmr[a-z_]*\.3)$'

if [ -e "$top_srcdir/.git" ] && git -C "$top_srcdir" ls-files > "$tmp/tracked" 2> "$tmp/git.log"; then
	git -C "$top_srcdir" ls-files --cached --others --exclude-standard | sort -u |
		while IFS= read -r file; do
			[ ! -e "$top_srcdir/$file" ] || printf '%s\n' "$file"
		done > "$tmp/source"
	check "every file of the source is packed (<), or left out (>) for a reason" \
		diff <(comm -23 "$tmp/source" "$tmp/packed") <(left_out | sort)
	comm -13 "$tmp/source" "$tmp/packed" > "$tmp/more"
	check "nothing else is packed but what autotools and make make" nothing grep -vE "$made" "$tmp/more"
	check "configure is packed" grep -qx configure "$tmp/more"
else
	echo "skipped: the list of files: the source is not a checkout"
fi

# --- The tarball alone ----------------------------------------------------------------------------

# Programs that a user of the tarball need not have.
mkdir "$tmp/absent"
for program in autoconf autoheader automake aclocal autoreconf libtoolize git; do
	printf '#!/bin/sh\necho "%s was called" >> "%s"\nexit 127\n' "$program" "$tmp/called" \
		> "$tmp/absent/$program"
	chmod +x "$tmp/absent/$program"
done

# Other permissions and another folder than those of the first tarball. The times are those of the
# last commit, which the next tarball takes over.
configure_packed()
{
	umask 077
	mkdir "$tmp/unpacked" "$tmp/build" &&
		tar -xzf "$tmp/first.tar.gz" --strip-components=1 --no-same-permissions \
			-C "$tmp/unpacked" &&
		configure_cache > "$tmp/build/cache" && cd "$tmp/build" &&
		PATH=$tmp/absent:$PATH ../unpacked/configure -q --cache-file=cache --with-mpi=no
}
up_to_date()
{
	PATH=$tmp/absent:$PATH make -s -C "$tmp/build" am--refresh && [ ! -e "$tmp/called" ]
}
pack_again()
{
	umask 077
	PATH=$tmp/absent:$PATH pack "$tmp/build" "$tmp/second.tar.gz"
}
check "configure of the tarball" configure_packed
check "its version" grep -qx "#define PACKAGE_VERSION \"$version\"" "$tmp/build/config.h"
check "no autotools are called" up_to_date
check "the tarball packs itself" pack_again
check "the two tarballs are equal" cmp "$tmp/first.tar.gz" "$tmp/second.tar.gz"
