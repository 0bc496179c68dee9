#!/usr/bin/env bash
# where.sh - --where compares numbers exactly, and reports what is wrong
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
# shellcheck source=tests/mmcat/says.sh
. "$here/says.sh"

need python3 awk

check "numbers of every kind are compared as in Python" \
	timeout 600 python3 "$here/where.py" "$MMCAT" "$tmp"

cd "$tmp" || exit 99

# --- Bad input: counted up to the last row that -m wants, wherever blocks end ----------------------

python3 - <<'END' || exit 99
with open("rows", "wb") as rows:
	for i in range(200000):
		rows.write(b"%d,%s\n" % (i, b"x" if i % 1000 == 5 else b"%d" % (i % 7)) if i % 1000 != 7 else b"%d\n" % i)
END
faults()
{
	printf 'mmcat: %s: cannot find a %s of --where in %d rows, the first at byte %d\n' "$1" field $2 $3 "$1" number $4 $5
}
{ echo x && seq 700000; } > early
for how in -j1 -j3 "-j1 -u" "-j3 -m3"; do
	check "one in the first block, in reverse order $how" grep -q "in 1 row, the first at byte 0$" \
		<("$MMCAT" $how -r --where '1 > 699998' early 2>&1)
done

# --- Expressions ----------------------------------------------------------------------------------

printf 'id,a b,c"d\n1,x,-1\n2,"y ""z""",10\n3,y,9\n' > table
check "a number that is too large for a double" says 2 $'8\n' \
	$'mmcat: standard input: cannot find a number of --where in 1 row, the first at byte 2\n' --where '1 > 5' < <(printf '8\n1e400\n')
wrong()
{
	check "--where '$1'" refuses "invalid expression '$1'; at byte $2, $3 is needed" --csv --header --where "$1" table
}
field="a field, by its name or its number,"
op="== != < <= > or >="
value="a number, or a text in quotes,"
wrong '' 0 "$field"
wrong '  ' 2 "$field"
wrong '==1' 0 "$field"
wrong '(id==1)' 0 "$field"
wrong 'id==1 && (id==1)' 9 "$field"
wrong 'id' 2 "$op"
wrong 'id = 1' 3 "$op"
wrong 'id 1' 3 "$op"
wrong 'id=>1' 2 "$op"
wrong 'id ==' 5 "$value"
wrong 'id == x' 6 "$value"
wrong 'id == 1x' 6 "$value"
wrong 'id == 0x1' 6 "$value"
wrong 'id === 1' 5 "$value"
wrong 'id == 1 2' 8 "&& or ||"
wrong 'id == 1 & id == 2' 8 "&& or ||"
wrong 'id == 1 | id == 2' 8 "&& or ||"
wrong 'id == 1 &&' 10 "$field"
wrong 'id == 1 &&& id == 2' 10 "$field"
wrong 'id == 1 || || id == 2' 11 "$field"
wrong '0 == 1' 0 "a number from 1 to 1048576"
wrong '1048577 == 1' 0 "a number from 1 to 1048576"
wrong '99999999999999999999 == 1' 0 "a number from 1 to 1048576"
wrong 'id == "x' 8 'a closing "'
wrong "id == 'x''" 10 "a closing '"
wrong '"id == 1' 8 'a closing "'
keeps()
{
	check "--where '$1' keeps $2" cmp <("$MMCAT" --csv --header -F id --where "$1" table) <(printf 'id\n'; printf "$2")
}
keeps '1==1||1==2&&1==3' '1\n'
keeps '1==2&&1==3||1==1' '1\n'
keeps ' id>1	&&3 >= 9 && 3 < 10 ' '3\n'
keeps '"a b"=="y ""z"""' '2\n'
keeps "'a b' >= 'y'" '2\n3\n'
keeps "'c\"d' > -1 && 'a b' != 'x'" '2\n3\n'
keeps "2 < 'y' || 2 > 'y '" '1\n2\n'
keeps "3 < 9" '1\n'
keeps "3 < '9'" '1\n2\n'
check "no such name" refuses "table: cannot find field 'x': the header has no such name" \
	--csv --header --where 'id == 1 && x == 2' table
check "names without --header" refuses "cannot use names of fields without --header" --csv --where 'id == 1' table
check "nothing passes" says 1 $'id,a b,c"d\n' "" --csv --header --where 'id == 4' table
check "-c" says 1 $'0\n' "" --csv --header -c --where 'id == 4' table
check "context" says 0 $'2:2,"y ""z""",10\n3-3,y,9\n' "" --csv -n -A1 --where '3 == 10' < <(tail -n +2 table)
check "two tables" says 0 $'id,a b,c"d\n3,y,9\n3,y,9\n' "" --csv --header --where 'id == 3' table table
check "lines" says 0 $'b 2\n' "" --separator ' ' --where '2 == 2' - < <(printf 'a 1\nb 2\n')

# --- With -u and totals ---------------------------------------------------------------------------

printf 'a 1\nb x\na 2\nd y\na 3\n' > pairs
no_number()
{
	echo "mmcat: pairs: cannot find a number of --where in 1 row, the first at byte $1"
}
check "-u" says 2 $'2\ta\n' "$(no_number 4)"$'\n' --separator ' ' -F1 -u -m2 --where '2 > 0' pairs
check "-u in reverse order" says 2 $'2\ta\n' "$(no_number 12)"$'\n' --separator ' ' -F1 -u -r -m2 --where '2 > 0' pairs
check "--sum" says 2 $'3\n' "$(no_number 4)"$'\n' --separator ' ' --sum 2 -m2 --where '2 > 0' pairs
check "--sum of what --in finds" says 0 $'2\n' "" --separator ' ' --sum 2 --in 2 -e 2 pairs
check "totals of each value" says 0 $'3\ta\t6\n' "" --separator ' ' -F1 -u --sum 2 --where '1 == "a"' pairs
printf '\1\5\1\6\2\7\1\5' > bytes
check "-u of records" says 0 $'2\t5\n1\t6\n' "" -t u8,u8 -F2 -u --where '1 < 2' bytes
check "-u of records of a pipe" says 0 $'1\t5\n1\t6\n' "" -t u8,u8 -F2 -u -m2 --where '1 < 2' - < <(cat bytes)
check "--sum of records" says 0 $'16\n' "" -t u8,u8 --sum 2 --where '1 < 2' bytes
check "--sum of no records" says 1 $'\n' "" -t u8,u8 --sum 2 --where '1 > 2' bytes

# --- Records --------------------------------------------------------------------------------------

printf 'ab\0\1cd\0\2' > records
check "a text of a record" says 0 $'t\tn\ncd\t2\n' "" -t t:3s,n:u8 --where "t == 'cd' && n > 1" records
check "a field without a name" says 0 $'cd\t2\n' "" -t 3s,u8 --where "1 > 'ab'" records
check "JSON" says 0 $'{"t":"ab","n":1}\n' "" --json -t t:3s,n:u8 --where "n < 2" records
check "no such field" refuses "cannot find field 'x' of --where: the layout has no such name" -t t:3s,n:u8 --where 'x<1' records
check "no such number" refuses "cannot find field 3 of --where: the layout has 2" -t t:3s,n:u8 --where '3<1' records
check "a text that is a number" refuses "cannot compare field 'n' with a text: it is a number" -t t:3s,n:u8 --where 'n<"1"' records
check "a number that is a text" refuses "cannot compare field 't' with a number: it is a text" -t t:3s,n:u8 --where 't<1' records

# --- Refused --------------------------------------------------------------------------------------

for option in -i -x '-R x' --compare; do
	check "--where with ${option%% *}" refuses "cannot use --where with ${option%% *}" --where '1<1' $option table
done
check "a text that crosses lines" \
	refuses "cannot use --where with a text that contains the delimiter of lines" --where '1<1' -e '1\n2' table
check "the delimiter as separator" \
	refuses "cannot use --where with fields that are separated by the delimiter of lines" --where '1<1' -d '\t' table
