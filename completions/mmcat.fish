# mmcat.fish - completions of mmcat for fish
#
# SPDX-License-Identifier: MIT

# Each type, appended to the typed layout without its last field.
function __mmcat_layouts
	set -l typed (commandline -ct | string replace -r '^(--type=|-[acfhHiInoOqrvVWxX]*t)' '')
	set -l kept (string replace -r '[^,:]*$' '' -- $typed)
	for type in {u,i}8 {u,i,f}{16,32,64}{,le,be}
		echo $kept$type
	end
end

complete -c mmcat -s b -l bytes -x -d 'Select these bytes: START:END, START:+LENGTH'
complete -c mmcat -s l -l lines -x -d 'Select these lines: START:END, START:+LENGTH, FIRST,LAST'
complete -c mmcat -s s -l shard -x -a auto -d 'Select shard K of N, cut at line ends'
complete -c mmcat -l from -x -d 'Select lines of a sorted file from this key on'
complete -c mmcat -l until -x -d 'Select lines of a sorted file before this key'
complete -c mmcat -l key -x -a 'line field= number= regex=' -d 'The key of a line'
complete -c mmcat -l sample -x -d 'Select N random lines or records'
complete -c mmcat -l seed -x -d 'Make the same choice of lines again'
complete -c mmcat -s e -l find -x -d 'Print the lines that contain a text'
complete -c mmcat -s E -l regex -x -d 'Print the lines that match a pattern'
complete -c mmcat -s r -l reverse -d 'Print the lines or records in reverse order'
complete -c mmcat -s c -l count -d 'Print the number of lines, matches or records'
complete -c mmcat -s x -l hex -d 'Print bytes in hexadecimal and as text'
complete -c mmcat -s t -l type -x -a '(__mmcat_layouts)' -d 'Print numbers or records'
complete -c mmcat -l header -x -d 'The first record of -t starts after so many bytes'
complete -c mmcat -s i -l info -d 'Show type, encoding, size, lines, holes, cached bytes, index'
complete -c mmcat -l compare -d 'Show where two files differ'
complete -c mmcat -s f -l follow -d 'Keep printing as the file grows or is replaced'
complete -c mmcat -l patterns -r -d 'Search for the texts in a file, too, one per line'
complete -c mmcat -l fixed -d 'The texts of -e have no escapes'
complete -c mmcat -l and -d 'Lines that match all patterns, not one of them'
complete -c mmcat -s v -l invert -d 'Lines that do not match'
complete -c mmcat -s I -l ignore-case -d 'Letters match in both cases'
complete -c mmcat -s W -l word -d 'Match whole words only'
complete -c mmcat -s X -l whole-line -d 'Match whole lines only'
complete -c mmcat -s n -l number -d 'Print the number of each line, counted from 1'
complete -c mmcat -s O -l offset -d 'Print the offset of each line; with -o, of each match'
complete -c mmcat -s o -l only-matching -d 'Print each match on a line of its own'
complete -c mmcat -l offsets -d 'Print only the offsets of the matches'
complete -c mmcat -s A -l after -x -d 'Also print N lines after each line'
complete -c mmcat -s B -l before -x -d 'Also print N lines before each line'
complete -c mmcat -s C -l context -x -d 'Also print N lines before and after'
complete -c mmcat -s H -l with-filename -d 'Print the name of the file'
complete -c mmcat -l no-filename -d 'Do not print the name of the file'
complete -c mmcat -s d -l delimiter -x -d 'Lines end with this byte'
complete -c mmcat -s R -l records -x -d 'Records replace lines; each begins with this pattern'
complete -c mmcat -l csv -d 'Rows of a table replace lines'
complete -c mmcat -l separator -x -d 'Cells of --csv are separated by this byte'
complete -c mmcat -s m -l max-count -x -d 'Stop after N lines, matching lines or records'
complete -c mmcat -s w -l width -x -d 'Bytes per row of -x, records per line of -t'
complete -c mmcat -l relative -d 'Offsets of -x count from the start of each selection'
complete -c mmcat -s a -l text -d 'Print binary data even to a terminal'
complete -c mmcat -s j -l threads -x -d 'Number of threads'
complete -c mmcat -l json -d 'Print JSON, for -i, -c, -t, -e, -E and --compare'
complete -c mmcat -l color -x -a 'auto always never' -d 'Color -x, -e and -E'
complete -c mmcat -l index -d 'Make or extend an index of lines'
complete -c mmcat -l index-part -x -a auto -d 'Make part K/N of the index only'
complete -c mmcat -l index-join -x -d 'Join the N parts of the index'
complete -c mmcat -l no-index -d 'Use no index'
complete -c mmcat -l no-mmap -d 'Read files instead of mapping them'
complete -c mmcat -l cache -x -a 'auto fill leave' -d 'Fill the page cache or leave it as it is'
complete -c mmcat -l stats -d 'Report time, speed and memory on standard error'
complete -c mmcat -l progress -d 'Always show progress'
complete -c mmcat -s q -l quiet -d 'Show no progress; with -f, no file names'
complete -c mmcat -s h -l help -d 'Print a summary of the options'
complete -c mmcat -s V -l version -d 'Print the version'
