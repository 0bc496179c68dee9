# mmcat.fish - completions of mmcat for fish
#
# SPDX-License-Identifier: MIT

# Each type, appended to the typed layout without its last field.
function __mmcat_layouts
	set -l typed (commandline -ct | string replace -r '^(--type=|-[acfhiqrvVx]*t)' '')
	set -l kept (string replace -r '[^,:]*$' '' -- $typed)
	for type in {u,i}8 {u,i,f}{16,32,64}{,le,be}
		echo $kept$type
	end
end

complete -c mmcat -s b -l bytes -x -d 'Select these bytes: START:END, START:+LENGTH'
complete -c mmcat -s l -l lines -x -d 'Select these lines: START:END, START:+LENGTH, FIRST,LAST'
complete -c mmcat -s s -l shard -x -a auto -d 'Select shard K of N, cut at line ends'
complete -c mmcat -s r -l reverse -d 'Print the lines in reverse order'
complete -c mmcat -s c -l count -d 'Print the number of lines, matches or records'
complete -c mmcat -s e -l find -x -d 'Print the offset of each match of a text'
complete -c mmcat -s E -l regex -x -d 'Print the offset of each match of a pattern'
complete -c mmcat -s x -l hex -d 'Print bytes in hexadecimal and as text'
complete -c mmcat -s t -l type -x -a '(__mmcat_layouts)' -d 'Print numbers or records'
complete -c mmcat -s i -l info -d 'Show type, encoding, size, lines, holes, cached bytes'
complete -c mmcat -s f -l follow -d 'Keep printing as the file grows or is replaced'
complete -c mmcat -s d -l delimiter -x -d 'Lines end with this byte'
complete -c mmcat -s m -l max-count -x -d 'Stop after N lines, matches or records'
complete -c mmcat -s w -l width -x -d 'Bytes per row of -x, records per line of -t'
complete -c mmcat -s a -l text -d 'Print binary data even to a terminal'
complete -c mmcat -s j -l threads -x -d 'Number of threads'
complete -c mmcat -l json -f -a lines -d 'Print JSON, for -i, -c, -e, -E and -t'
complete -c mmcat -l color -x -a 'auto always never' -d 'Color -x'
complete -c mmcat -l no-mmap -d 'Read files instead of mapping them'
complete -c mmcat -s v -l verbose -d 'Report time, speed and memory on standard error'
complete -c mmcat -l progress -d 'Always show progress'
complete -c mmcat -s q -l quiet -d 'Show no progress; with -f, no file names'
complete -c mmcat -s h -l help -d 'Print a summary of the options'
complete -c mmcat -s V -l version -d 'Print the version'
