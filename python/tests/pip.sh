#!/usr/bin/env bash
# pip.sh - pip installs the package, with the installed library and with the sources beside it
#
# SPDX-License-Identifier: MIT
. "$top_srcdir/tests/support/common.sh"

"$PYTHON" -c 'import setuptools, pip
try:
	import setuptools.command.bdist_wheel
except ImportError:
	import wheel' 2> /dev/null ||
	skip "pip, setuptools or wheel is missing (Debian: python3-pip python3-setuptools python3-wheel)"
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# A copy of what a checkout has: pip writes beside setup.py, and configure refuses a built source.
mkdir "$tmp/source"
for file in "$top_srcdir"/*; do
	case ${file##*/} in
	config.h | config.status | libtool | Makefile | stamp-h1 | named | *.la | mmcat | build* | python) ;;
	*) ln -s "$file" "$tmp/source" ;;
	esac
done
ln -s "$top_srcdir/build-aux" "$tmp/source/build-aux" 2> /dev/null
cp -R "$top_srcdir/python" "$tmp/source/python"
chmod -R u+w "$tmp/source/python"

# install FOLDER : installs into a folder, without a network.
install()
{
	"$PYTHON" -m pip install --quiet --no-index --no-build-isolation --no-deps --no-cache-dir \
		--disable-pip-version-check --target "$1" "$tmp/source/python"
}

# works FOLDER : the installed package passes its own tests of bytes.
works()
{
	[ -e "$1/mmreader/py.typed" ] && [ -e "$1/mmreader/__init__.pyi" ] &&
		PYTHONPATH=$1:$top_srcdir/python/tests "$PYTHON" -W error -m unittest -q test_mmap
}

# The library of this build, as if it were installed.
mkdir "$tmp/pc"
sed "s#^prefix=.*#prefix=$tmp#; s#^libdir=.*#libdir=$top_builddir/.libs#
	s#^includedir=.*#includedir=$top_srcdir/include#" "$top_builddir/mmreader.pc" > "$tmp/pc/mmreader.pc"
export PKG_CONFIG_PATH=$tmp/pc LD_LIBRARY_PATH=$top_builddir/.libs
if command -v pkg-config > /dev/null; then
	check "pip install, with the installed library" install "$tmp/linked"
	check "it works" works "$tmp/linked"
	check "it is linked with the library" \
		grep -q 'libmmreader\.so' "$(find "$tmp/linked" -name '_core*.so')"
fi

# Its speed is not tested, so it need not be optimized.
export MMREADER_BUNDLED=1 CFLAGS=-O0
unset LD_LIBRARY_PATH
check "pip install, with the sources" install "$tmp/bundled"
check "it works alone" works "$tmp/bundled"
