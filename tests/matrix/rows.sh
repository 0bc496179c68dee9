# rows.sh - the rows of the matrix, and what each row finds
#
# SPDX-License-Identifier: MIT

all_rows='gcc clang O0 O3 lto fortify posix
	asan tsan msan valgrind python
	m32 musl aarch64 arm powerpc s390x
	bookworm trixie sid
	analyzer cppcheck clang_tidy'

# --- Compilers and their options: the same results, and no warning ---

row_gcc()
{
	need_build gcc gcc
	build CC=gcc CXX=g++
	run_tests "$(units) tests/unit/header_cxx $(cpp_tests) $mmcat_tests"
}

row_clang()
{
	need_build clang clang
	build CC=clang CXX=clang++
	run_tests "$(units) tests/unit/header_cxx $(cpp_tests) $mmcat_tests"
}

row_O0()
{
	build CFLAGS='-O0 -g'
	run_tests "$(units)"
}

# gcc assumes that inlined code uses the outputs of a call that failed (see findings.txt), and that
# xxHash reads a short text as a long one, although xxHash checks the length first.
row_O3()
{
	build CFLAGS='-O3 -g -Wno-maybe-uninitialized -Wno-array-bounds'
	run_tests "$(units) $mmcat_tests"
}

row_lto()
{
	need_build gcc gcc -flto
	build CC=gcc CFLAGS='-O2 -g -flto -Wno-maybe-uninitialized' AR=gcc-ar RANLIB=gcc-ranlib NM=gcc-nm
	run_tests "$(units) $mmcat_tests"
}

# Lengths that the compiler knows are checked at run time, too. With -O3, it knows most. The warnings
# that are left out are those of the row O3.
row_fortify()
{
	build CFLAGS='-O3 -g -Wno-maybe-uninitialized -Wno-array-bounds' \
		CPPFLAGS='-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3'
	run_tests "$(units) $mmcat_tests"
}

# The build for other systems: POSIX calls, no splice, no extents, no /proc.
row_posix()
{
	build --disable-linux-extras
	run_tests "$(units) $mmcat_tests"
}

# --- Checkers at run time: each report ends the program ---

row_asan()
{
	local flags=address,undefined compilers='CC=clang CXX=clang++'

	# gcc has its own sanitizer, which finds a little less.
	builds clang "-fsanitize=$flags" || compilers='CC=gcc CXX=g++'
	build --enable-sanitizers="$flags" $compilers CFLAGS='-O1 -g'
	export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
	run_tests "$(units) $(cpp_tests) $mmcat_tests"
}

row_tsan()
{
	need_build libclang-rt-14-dev clang -fsanitize=thread
	build --enable-sanitizers=thread CC=clang CXX=clang++ CFLAGS='-O1 -g' "${own_check[@]}"
	export TSAN_OPTIONS=halt_on_error=1 CK_DEFAULT_TIMEOUT=300
	run_tests "$(units) $(cpp_tests)"
}

# MemorySanitizer needs instrumented code everywhere; libmagic and PCRE2 are not instrumented.
row_msan()
{
	need_build libclang-rt-14-dev clang -fsanitize=memory
	build --enable-sanitizers=memory --with-magic=no --with-pcre2=no CC=clang CXX=clang++ \
		CFLAGS='-O1 -g -fsanitize-memory-track-origins' "${own_check[@]}"
	export CK_DEFAULT_TIMEOUT=300
	run_tests "$(units)"
}

# heap.c keeps a pointer to the inside of each block only, which valgrind calls "possibly lost"; a
# block that is really lost has no pointer at all. valgrind does not deliver faults in maps of other
# code (unit/guard) and does not know cachestat.
row_valgrind()
{
	need valgrind valgrind
	build CFLAGS='-O1 -g' --disable-shared "${own_check[@]}"
	export CK_DEFAULT_TIMEOUT=600 MATRIX_EMULATED=valgrind
	run_tests "$(units | grep -vx 'tests/unit/\(guard\|memory_residency\)')" \
		LOG_COMPILER="valgrind -q --error-exitcode=99 \
		--leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
		--suppressions=$source/tests/matrix/valgrind.supp"
}

# The Python package, with an interpreter that checks its own rules, too.
row_python()
{
	local flags=address,undefined

	need python3-dbg python3-dbg
	"$source/configure" -q --enable-werror --with-python=yes --enable-sanitizers="$flags" \
		PYTHON=python3-dbg CC=gcc CXX=g++ CFLAGS='-O1 -g'
	make -s -j "$MATRIX_JOBS" libmmreader.la python/mmreader/_core.la
	export top_srcdir=$source top_builddir=$PWD PYTHON=python3-dbg CC=gcc
	SANITIZER_FLAGS=-fsanitize=$flags bash "$source/python/tests/package.sh"
}

# --- Other processors and C libraries ---

row_m32()
{
	local cxx='g++ -m32'

	need_build 'libc6-dev-i386 and gcc-12-multilib' gcc -m32
	$cxx -x c++ -include cstdio -fsyntax-only /dev/null || cxx=no
	# If only the 64-bit headers of the kernel are installed, they serve both.
	build CC='gcc -m32' CXX="$cxx" CPPFLAGS='-idirafter /usr/include/x86_64-linux-gnu' \
		"${own_check[@]}"
	run_tests "$(units) $mmcat_tests"
}

# musl has its own headers. Those of the libraries are plain C, so they can be used with musl, too.
row_musl()
{
	local header

	need_build musl-tools musl-gcc
	mkdir include
	for header in xxhash.h magic.h; do
		ln -s "/usr/include/$header" include/
	done
	ln -s "/usr/include/linux" /usr/include/asm-generic "/usr/include/$(gcc -dumpmachine)/asm" \
		include/
	build CC=musl-gcc CXX=no CPPFLAGS="-isystem $PWD/include" --disable-shared --with-pcre2=no \
		"${own_check[@]}"
	run_tests "$(units) $mmcat_tests"
}

# emulated PROCESSOR TRIPLET PACKAGE : builds with a cross compiler and runs with qemu. The shell
# tests see mmcat through a script; emulated.c corrects the addresses of faults.
emulated()
{
	local processor=$1 triplet=$2 root=/usr/$2

	need_build "gcc-$3-linux-gnu${4-}" "$triplet-gcc"
	need "qemu-$processor-static" qemu-user-static
	"$triplet-gcc" -O2 -c "$source/tests/matrix/emulated.c"
	"$triplet-ar" rc libemulated.a emulated.o
	build --host="$triplet" --disable-shared CXX=no "${own_check[@]}" \
		LIBS="-L$PWD -lemulated -Wl,--wrap=sigaction"
	mkdir emulated
	printf '#!/bin/sh\nexec qemu-%s-static -0 "$0" -L %s %s/mmcat "$@"\n' "$processor" "$root" \
		"$PWD" > emulated/mmcat
	chmod +x emulated/mmcat
	export CK_DEFAULT_TIMEOUT=600 MATRIX_EMULATED=$processor
	run_tests "$(units) tests/mmcat/options.sh tests/mmcat/output.sh" \
		LOG_COMPILER="qemu-$processor-static -L $root" \
		TESTS_ENVIRONMENT="MMCAT=$PWD/emulated/mmcat;"
}

row_aarch64()
{
	emulated aarch64 aarch64-linux-gnu aarch64
}

row_arm()
{
	emulated arm arm-linux-gnueabihf arm eabihf
}

# Big-endian, 32 bits.
row_powerpc()
{
	emulated ppc powerpc-linux-gnu powerpc
}

# Big-endian, 64 bits.
row_s390x()
{
	emulated s390x s390x-linux-gnu s390x
}

# --- Minimal systems: Debian with only what bootstrap installs ---

# bare SUITE : runs the two commands of README in a minimal Debian.
bare()
{
	need git git
	make_root "$1"
	copy_source root/mmreader
	in_root './bootstrap demo README'
	in_root './bootstrap check'
}

row_bookworm()
{
	bare bookworm
}

row_trixie()
{
	bare trixie
}

row_sid()
{
	bare sid
}

# --- Static analyzers ---

# unexplained TOOL LOG EXPRESSION : fails if the log has findings that findings.txt does not list.
# The sed expression turns a line with a finding into "FILE CHECK".
unexplained()
{
	sed -n "s#^$source/\(.*\)#\1#; $3" "$2" | sort -u > found
	sed -n "s/^$1 | \([^|]*\) | \([^|]*\) | .*/\1 \2/p" "$source/tests/matrix/findings.txt" |
		sort -u > known
	echo "explained: $(comm -12 found known | wc -l) of $(wc -l < found)"
	comm -23 found known | sed 's/^/unexplained: /'
	[ -z "$(comm -23 found known)" ]
}

row_analyzer()
{
	need_build gcc gcc -fanalyzer
	"$source/configure" -q CC=gcc CFLAGS='-O1 -g -fanalyzer'
	make -s -j "$MATRIX_JOBS" 2> report
	cat report
	unexplained gcc report 's/^\([^:]*\):.*\[-Wanalyzer-\([^]]*\)\]$/\1 \2/p'
}

row_cppcheck()
{
	need cppcheck cppcheck
	"$source/configure" -q
	cppcheck -q -j "$MATRIX_JOBS" --std=c11 --error-exitcode=1 \
		--enable=warning,performance,portability \
		--suppressions-list="$source/tests/matrix/cppcheck.txt" \
		-DHAVE_CONFIG_H -I. -I"$source/include" -I"$source/src" -I"$source/tools" \
		"$source/src" "$source/tools"
}

row_clang_tidy()
{
	need clang-tidy clang-tidy
	"$source/configure" -q
	# One run for each file: state that clang-tidy keeps from one file causes false reports in
	# the next.
	printf '%s\n' "$source"/src/*.c "$source"/src/*/*.c "$source"/tools/*.c "$source"/tools/*/*.c |
		grep -v '[_/]posix\.c$\|_absent\.c$\|/neon\.c$' |
		xargs -n 1 -P "$MATRIX_JOBS" sh -c 'clang-tidy --quiet "$1" -- -std=c11 -D_GNU_SOURCE \
			-DHAVE_CONFIG_H -I. -I"$0/include" -I"$0/src" -I"$0/tools"' "$source" > report
	cat report
	unexplained clang-tidy report \
		's/^\([^:]*\):.*warning:.*\[\(clang-analyzer-\)\{0,1\}\([^]]*\)\]$/\1 \3/p'
	# A file that clang-tidy cannot parse has no findings, but was not analyzed.
	! grep 'clang-diagnostic-error' report
}
