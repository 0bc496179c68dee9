#!/usr/bin/env bash
# doc_code.sh - the code in README and the documents compiles, or runs
#
# doc_code.py finds the blocks of code. doc_code.txt lists those that are not tested, and why.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3 awk grep sed tac split shuf
[ -e "$top_builddir/.libs/libmmreader.so" ] || skip "no shared library was built"

# --- Files and programs ---------------------------------------------------------------------------

# The make that runs this test would pass its jobs on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
work=$tmp/work
mkdir "$work" "$work/bin" "$work/build" || exit 99
ln -s "$top_srcdir/tests" "$work/tests"
ln -s "$MMCAT" "$work/bin/mmcat"
# Lines of 12 bytes, which are also records of u32be and f64.
yes 'TEXT REGEX ' | head -c 300000 > "$work/FILE"
python3 "$top_srcdir/tests/support/make_log.py" 1M "$work/log" || exit 99
cp "$work/log" "$work/access.log" && cp "$work/FILE" "$work/A" && cp "$work/FILE" "$work/B" || exit 99

# A small result of `make bench`.
mkdir "$work/build/bench" || exit 99
(cd "$top_srcdir/tests/bench" && python3 - > "$work/build/bench/bench.json") <<'END' || exit 99
import json, reading
ways = {way: [1] for _, way in reading.LINES}
runs = [{"row": "lines of the %s," % what, "limit": 1, "nanoseconds": ways} for what in ("log", "short rows")]
print(json.dumps({"machine": {"processor": "one"}, "runs": runs, "ratios": []}))
END

# program PATH < SCRIPT : makes a program that takes the place of another one.
program()
{
	{ printf '#!/usr/bin/env bash\nset -eu\n'; cat; } > "$work/$1"
	chmod +x "$work/$1"
}

# Building, installing and measuring take too long. These programs only check that the target, the
# option or the package exists. `make -n check` would write its log, so check is left out.
real_make=$(command -v make)
program bin/make <<END
args=(-n -C "$top_builddir")
for word; do
	case \$word in
	-C | build | -s | check) ;;
	TESTS=*)
		for name in \${word#*=}; do
			[ -e "$top_srcdir/\$name" ] || ls "$top_srcdir/\$name".c* > /dev/null
		done
		;;
	*) args+=("\$word") ;;
	esac
done
exec "$real_make" "\${args[@]}" > /dev/null
END
program bootstrap <<END
for word; do
	case \$word in
	'[FILE]') ;;
	*) "$top_srcdir/bootstrap" --help | grep -qwF -e "\$word" ;;
	esac
done
END
program configure <<END
for option; do
	option=\${option%%=*}
	"$top_srcdir/configure" --help | grep -qE -e "^ *\$option([=[ ]|\\$)" || { echo "no option \$option" >&2; exit 2; }
done
END
program bin/apt-get <<END
[ "\$1" = install ] && [ \$# -gt 1 ]
END
program bin/pip <<END
[ "\$*" = 'install ./python' ] && [ -e "$top_srcdir/python/pyproject.toml" ]
END
program bin/ldconfig <<END
[ \$# = 0 ]
END
program bin/pkg-config <<END
[ "\$*" = '--cflags --libs mmreader' ]
echo "\$CODE_FLAGS \$CODE_LIBS"
END
if ! command -v rg > /dev/null; then
	echo "skipped: commands of rg: not installed"
	program bin/rg <<< ':'
fi

export HOME=$work PATH=$work/bin:$PATH
export CC CXX PYTHON="${PYTHON-}" PYTHONPATH= HAS_PCRE2=no HAS_CXX=no
export CODE_FLAGS="-I$top_srcdir/include $SANITIZER_FLAGS" CODE_LIBS="-L$top_builddir/.libs -lmmreader"
grep -q '^#define MMR_PCRE2_LAZY 1' "$top_builddir/config.h" && HAS_PCRE2=yes
command -v "${CXX%% *}" > /dev/null && HAS_CXX=yes
[ "$HAS_PCRE2" = yes ] || echo "skipped: expressions: no PCRE2 in this build"

# The package for Python: its files are in the source, and its library is in the build folder.
if [ -e "$top_builddir/python/mmreader/.libs/_core.so" ]; then
	mkdir "$tmp/python" && cp -R "$top_srcdir/python/mmreader" "$tmp/python" &&
		cp "$top_builddir/python/mmreader/.libs/_core.so" "$tmp/python/mmreader" || exit 99
	PYTHONPATH=$tmp/python
fi

# --- The documents --------------------------------------------------------------------------------

cd "$top_srcdir" || exit 99
pages="README CONTRIBUTING.md SECURITY.md $(echo doc/*.md)"
# shellcheck disable=SC2086  # a list of pages
code()
{
	(cd "$work" && python3 "$here/doc_code.py" "$1" "$work" "$2" $pages)
}
check "the code of the documents" code "$top_srcdir" "$here/doc_code.txt"
cat "$tmp/check.out"
check "few blocks are not tested" test "$(grep -c '	' "$here/doc_code.txt")" -le 15

# --- Wrong code is found --------------------------------------------------------------------------

mkdir -p "$tmp/wrong/doc"
: > "$tmp/no-list"
# notices TEXT : a page with this text is wrong.
notices()
{
	printf "$1" > "$tmp/wrong/page"
	! (pages=page && code "$tmp/wrong" "$tmp/no-list")
}
accepts()
{
	! notices "$1"
}
check "a wrong call is noticed" notices '```c\nmmr_open("x", 0);\n```\n'
check "a right call is accepted" accepts '```c\nerr = mmr_open("x", NULL, &file);\n```\n'
check "an indented program is compiled" notices '\t#include <mmreader.h>\n\tint main(void) { return x; }\n'
check "a wrong option is noticed" notices '\tmmcat --nothing FILE\n'
check "a wrong option in a pipe is noticed" notices '\tmmcat --nothing FILE | wc -l\n'
check "a wrong program is noticed" notices '\tmmkatz FILE\n'
check "a wrong target of make is noticed" notices '\tmake -C build nothing\n'
check "a wrong test is noticed" notices '\tmake -C build check TESTS=tests/unit/nothing\n'
check "a wrong option of bootstrap is noticed" notices '\t./bootstrap --nothing\n'
check "a wrong option of configure is noticed" notices '\t./configure --with-nothing\n'
check "right commands are accepted" accepts '\tmake -C build check TESTS=tests/unit/lines\n\t./bootstrap check\n'
check "wrong Python is noticed" notices '```python\na = 1\n```\n```python\nprint(a + b)\n```\n'
check "right Python is accepted" accepts '```python\na = 1\n```\n\n```python\nassert a == 1\n```\n'
if [ "$HAS_CXX" = yes ]; then
	check "wrong C++ is noticed" notices '\t#include <cstdio>\n\tint main() { return x; }\n'
	check "right C++ is accepted" accepts '```c++\n#include <string>\nint main() { std::string s; }\n```\n'
fi
check "another language is noticed" notices '```perl\nprint 1;\n```\n'
check "a block without a language is noticed" notices '```\nmmcat -c FILE\n```\n'
printf 'page\tnothing\tno such block is there\n' > "$tmp/stale"
stale_entry()
{
	printf '\tmmcat -c FILE\n' > "$tmp/wrong/page"
	! (pages=page && code "$tmp/wrong" "$tmp/stale")
}
check "a stale line of the list is noticed" stale_entry
