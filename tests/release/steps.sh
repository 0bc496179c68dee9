# steps.sh - the steps of a release but those that install packages
#
# SPDX-License-Identifier: MIT

# --- Version, dates, checkout ---

# The version that configure.ac states.
version()
{
	sed -n 's/^AC_INIT(\[mmreader\], \[\(.*\)\])$/\1/p' "$source/configure.ac"
}

step_state()
{
	need git git
	bash "$source/tests/release/state.sh" "$source" "$(version)"
}

# --- Interface of the last release ---

# make_library SOURCE FOLDER : builds the library of a checkout, and installs it and its headers below
# FOLDER.
make_library()
{
	(cd "$1" && mkdir -p m4 && { [ -x configure ] || autoreconf -fi; }) > "$2.log" 2>&1
	mkdir "$2.build"
	(cd "$2.build" && "$1/configure" -q CFLAGS='-O0 -g' --prefix=/usr --libdir=/usr/lib --with-mpi=no &&
		make -s -j "$RELEASE_JOBS" install-libLTLIBRARIES install-includeHEADERS \
			install-mmreaderHEADERS DESTDIR="$PWD/../$2") >> "$2.log" 2>&1 ||
		{ tail -n 50 "$2.log"; return 1; }
}

# The last release is the last tag v* before this commit.
step_abi()
{
	local tag

	need git git
	need abidiff abigail-tools
	tag=$(git -C "$source" describe --tags --abbrev=0 --match 'v[0-9]*' HEAD^ 2> /dev/null) ||
		without "no earlier release: there is no tag v*, and nothing to compare with"
	git clone -q "$source" checkout
	git -C checkout checkout -q --detach "$tag"
	make_library "$PWD/checkout" old
	make_library "$source" new
	bash "$source/tests/release/abi.sh" old/usr new/usr
}

# --- Tests ---

# Builds the tarball, and everything from the tarball in a folder that cannot be written to, runs
# the tests, installs and uninstalls.
step_distcheck()
{
	"$source/configure" -q
	make -s -j "$RELEASE_JOBS" distcheck DISTCHECK_CONFIGURE_FLAGS=-q
}

step_check()
{
	"$source/configure" -q --enable-werror
	make -s -j "$RELEASE_JOBS"
	VERBOSE=1 make -s -k -j "$RELEASE_JOBS" check
}

step_faults()
{
	"$source/configure" -q
	make -s -j "$RELEASE_JOBS" faults
}

step_matrix()
{
	bash "$source/tests/matrix/run.sh"
}
