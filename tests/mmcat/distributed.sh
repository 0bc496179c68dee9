#!/usr/bin/env bash
# distributed.sh - the commands of doc/distributed.md do what the page says, and so does its
# example with MPI
#
# The commands are taken from the page. Scripts that start all ranks on this machine replace the
# launchers of clusters; Open MPI and GNU parallel are used themselves if they are installed.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3 gzip
doc=$top_srcdir/doc/distributed.md
mpi_count=$top_builddir/doc/examples/mpi_count

# Removes the ranks that this test itself may have from a launcher.
unset "${!SLURM_@}" "${!OMPI_@}" "${!PMI_@}" "${!PMIX_@}"

# Settings for Open MPI in a container: as root, with more ranks than processors, without a network
# other than the loopback, and if processes must not read each other's memory. Releases 5 and later
# use the variables with PRTE.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_btl_base_warn_component_unused=0

# --- Launchers -----------------------------------------------------------------------------------

# fake_launcher NAME RANK SIZE: a launcher NAME that sets variables of these names to rank and size.
fake_launcher()
{
	cat > "$tmp/bin/$1" <<END
#!/usr/bin/env bash
[ "\$1" = -n ] || exit 99
n=\$2 pids=() worst=0
shift 2
for ((rank = 0; rank < n; rank++)); do
	env "$2=\$rank" "$3=\$n" "\$@" &
	pids+=(\$!)
done
for pid in "\${pids[@]}"; do
	wait "\$pid" || worst=\$?
done
exit "\$worst"
END
	chmod +x "$tmp/bin/$1"
}

mkdir "$tmp/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$MMCAT" > "$tmp/bin/mmcat"
# A job of an array is a batch script, whose own rank has no meaning.
cat > "$tmp/bin/sbatch" <<'END'
#!/usr/bin/env bash
for word; do
	case $word in
	--wait) ;;
	--array=1-*) n=${word#*-*-*-} ;;
	--output=*) output=${word#*=} ;;
	--wrap=*) command=${word#*=} ;;
	*) exit 99 ;;
	esac
done
for ((k = 1; k <= n; k++)); do
	SLURM_ARRAY_TASK_ID=$k SLURM_PROCID=0 SLURM_NTASKS=1 sh -c "$command" > "${output/\%a/$k}" &
done
wait
END
chmod +x "$tmp/bin/mmcat" "$tmp/bin/sbatch"
fake_launcher srun SLURM_PROCID SLURM_NTASKS
fake_launcher mpiexec PMI_RANK PMI_SIZE

has_mpirun=no
if ! [[ $(mpirun --version 2> /dev/null) == *"Open MPI"* ]]; then
	echo "skipped: mpirun itself: no Open MPI (Debian: openmpi-bin)"
elif ! timeout -k 5 60 mpirun -n 4 true > "$tmp/mpirun" 2>&1; then
	echo "skipped: mpirun itself: it starts no process here: $(grep -m 1 '[a-z]' "$tmp/mpirun")"
else
	has_mpirun=yes
fi
[ "$has_mpirun" = yes ] || fake_launcher mpirun OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE
has_parallel=no
[[ $(parallel --version 2> /dev/null) != "GNU parallel"* ]] || has_parallel=yes
[ "$has_parallel" = yes ] || echo "skipped: GNU parallel: not installed (Debian: parallel)"
has_mpi=$has_mpirun
if ! [ -x "$mpi_count" ]; then
	has_mpi=no
	echo "skipped: mpi_count: not built, since configure found no MPI (Debian: libopenmpi-dev)"
elif [[ $SANITIZER_FLAGS == *thread* ]]; then
	has_mpi=no
	echo "skipped: mpi_count: the thread sanitizer reports races in Open MPI itself"
fi
[ "$has_mpi" = no ] || ln -s "$mpi_count" "$tmp/bin/mpi_count" || exit 99
# MPI_Init leaves memory to the end of the process.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
PATH=$tmp/bin:$PATH

# --- The page ------------------------------------------------------------------------------------

# Prints the commands of a section: its lines that begin with a tab.
commands_of()
{
	awk -v heading="## $1" '
		/^## / { here = $0 == heading }
		here && sub(/^\t\t?/, "")' "$doc"
}

# Prints the sections that have commands.
sections()
{
	awk '/^## / { heading = substr($0, 4) } /^\t/ { print heading }' "$doc" | uniq
}

# runs SECTION OUTPUT: its commands succeed in this folder, print nothing on stderr, and print
# OUTPUT.
runs()
{
	commands_of "$1" > commands
	[ -s commands ] || { echo "no commands in '$1'"; return 1; }
	if ! timeout -k 5 60 sh -eu commands > got 2> messages; then
		cat messages
		return 1
	fi
	! grep . messages && printf '%s' "$2" | diff - got
}

python3 "$top_srcdir/tests/support/make_log.py" 1M "$tmp/log" || exit 99
mkdir "$tmp/many" "$tmp/rare" "$tmp/few" || exit 99
cp "$tmp/log" "$tmp/many/big.log"
# All but one of the shards have no match, and the last line has no line end.
{
	echo "the only ERROR"
	grep -v ERROR "$tmp/log"
	printf 'the last line'
} > "$tmp/rare/big.log"
# There are fewer lines than shards, and one is longer than most shards.
{ echo "ERROR and ERROR" && head -c 999 /dev/zero | tr '\0' x && echo; } > "$tmp/few/big.log"

while read -r section; do
	case $section in
	xargs | "GNU parallel" | "Slurm: srun" | "Slurm: arrays" | "Open MPI" | PMI | "An index" | \
		"In a program" | "What the file system must guarantee") ;;
	*) check "commands of '$section' are tested" false ;;
	esac
done < <(sections)

for log in many rare few; do
	cd "$tmp/$log" || exit 99
	n_lines=$(grep -c '' big.log)
	grep ERROR big.log > wanted-errors
	grep -obF ERROR big.log | cut -d: -f1 > wanted-offsets
	sort big.log > wanted-sorted
	for section in xargs "Slurm: arrays" PMI "What the file system must guarantee"; do
		check "$log: $section" runs "$section" "$n_lines"$'\n'
	done
	check "$log: srun" runs "Slurm: srun" "$n_lines"$'\n'
	check "$log: the merge of sorted shards is the sorted file" cmp sorted.log wanted-sorted
	check "$log: mpirun" runs "Open MPI" "$n_lines"$'\n'
	check "$log: parts of an index" runs "An index" ""
	check "$log: no part is left" eval '[ "$(echo big.log.*)" = big.log.mmri ]'
	check "$log: the index is right" eval 'mmcat -i big.log | grep -x "index: *big.log.mmri, fresh"'
	check "$log: offsets in shards are those in the file" cmp offsets wanted-offsets
	if [ "$has_parallel" = yes ]; then
		check "$log: parallel" runs "GNU parallel" ""
		check "$log: parallel prints in order" cmp errors.log wanted-errors
		check "$log: compressed shards are the file" cmp <(zcat big.log.gz) big.log
	fi
	if [ "$has_mpi" = yes ]; then
		check "$log: mpi_count" runs "In a program" \
			"$n_lines lines"$'\n'"$(wc -l < wanted-offsets) matches"$'\n'
	fi
done

# The file grows while it is counted: xargs adds a line before it starts.
growth_is_reported()
{
	commands_of "What the file system must guarantee" > commands
	PATH=$tmp/growing:$PATH bash -eu commands 2>&1 > /dev/null | grep "has changed"
}
mkdir "$tmp/growing"
printf '#!/bin/sh\necho more >> big.log\nexec "%s" "$@"\n' "$(command -v xargs)" \
	> "$tmp/growing/xargs"
chmod +x "$tmp/growing/xargs"
check "a file that has grown is reported" growth_is_reported

# Statements of the page about -s auto and pipes.
cd "$tmp/many" || exit 99
batch_rank()
{
	env SLURM_PROCID=0 SLURM_NTASKS=8 "$1_RANK=2" "$1_SIZE=4" mmcat -s auto big.log |
		cmp - <(mmcat -s 3/4 big.log)
}
check "mpirun in a batch script" batch_rank OMPI_COMM_WORLD
check "mpiexec in a batch script" batch_rank PMI
pipe_is_refused()
{
	local status=0

	mmcat -c -s 1/8 - < <(cat big.log) > got 2> messages || status=$?
	[ "$status" = 2 ] && ! [ -s got ] && grep "size is unknown" messages
}
check "a pipe is refused" pipe_is_refused
check "standard input that is a file" \
	cmp <(mmcat -s 2/8 - < big.log) <(python3 "$here/shard.py" 2 8 big.log)

# --- The example with MPI ------------------------------------------------------------------------

[ "$has_mpi" = yes ] || exit 0

# counts N FILE [TEXT]: N ranks count as python3 does.
counts()
{
	timeout -k 5 60 mpirun -n "$1" mpi_count "${@:2}" > got || return
	python3 - "${@:2}" > wanted <<'PYTHON' || return
import os
import sys

data = open(sys.argv[1], "rb").read()
print("%d lines" % (data.count(b"\n") + (data[-1:] not in (b"", b"\n"))))
if len(sys.argv) > 2:
	print("%d matches" % data.count(os.fsencode(sys.argv[2])))
PYTHON
	diff wanted got
}

# fails_with WORDS N COMMAND...: all ranks end with status 2, and one of them prints WORDS.
fails_with()
{
	local status=0

	timeout -k 5 60 mpirun -n "$2" "${@:3}" > got 2> messages || status=$?
	[ "$status" = 2 ] && ! [ -s got ] && grep -F -- "$1" messages && return
	echo "status $status"
	cat got messages
	return 1
}

: > empty
head -c 300000 /dev/zero | tr '\0' y > one-line
for file in big.log ../rare/big.log ../few/big.log empty one-line; do
	check "4 ranks, lines of $file" counts 4 "$file"
	for text in ERROR y $'\n' $'\n2024-03-07T00'; do
		check "4 ranks, ${text@Q} in $file" counts 4 "$file" "$text"
	done
done
# Every cut between ranks is after a line end, and so within one of these matches.
for n in 1 2 3 7; do
	check "$n ranks, matches across cuts" counts "$n" big.log $' ms\n2024'
done

check "no file" fails_with "mpi_count: rank 0 of 4: cannot open 'none': No such file" 4 mpi_count none
check "a folder" fails_with "Is a directory" 4 mpi_count .
mkfifo pipe
check "a pipe" fails_with "rank 0 of 4" 4 mpi_count pipe
check "no text" fails_with usage 4 mpi_count big.log ""
check "no arguments" fails_with usage 4 mpi_count

# Ranks on nodes with different files: a folder is a node.
mkdir 0 1 2 3
for rank in 0 1 3; do head -n 100 big.log > $rank/log; done
on_nodes=(sh -c 'cd "$OMPI_COMM_WORLD_RANK" && exec mpi_count log')
check "a file that is missing on one node" fails_with "rank 2 of 4: cannot open 'log'" 4 "${on_nodes[@]}"
head -n 99 big.log > 2/log
check "a file that is shorter on one node" fails_with \
	"rank 2 of 4: the file has $(wc -c < 2/log) bytes here, and $(wc -c < 0/log) on rank 0" \
	4 "${on_nodes[@]}"
head -n 200 big.log > 2/log
grown()
{
	[ "$(timeout -k 5 60 mpirun -n 4 "${on_nodes[@]}")" = "100 lines" ]
}
check "a file that grows during the count" grown
