# mmcat.fish - what fish offers behind mmcat when the tab key is pressed
#
# SPDX-License-Identifier: MIT

# The layout typed so far, up to its last field, with each type behind it.
function __mmcat_layouts
	set -l typed (commandline -ct | string replace -r '^(--type=|-[acfhiqrvVx]*t)' '')
	set -l kept (string replace -r '[^,:]*$' '' -- $typed)
	for type in {u,i}8 {u,i,f}{16,32,64}{,le,be}
		echo $kept$type
	end
end

complete -c mmcat -s b -l bytes -x -d 'Only these bytes: START:END, START:+LENGTH'
complete -c mmcat -s l -l lines -x -d 'Only these lines: START:END, START:+LENGTH, FIRST,LAST'
complete -c mmcat -s s -l shard -x -a auto -d 'Part K/N, cut at line ends'
complete -c mmcat -s r -l reverse -d 'Print its lines last to first'
complete -c mmcat -s c -l count -d 'Print the number of lines, matches or records'
complete -c mmcat -s e -l find -x -d 'Print the offset of each match of a text'
complete -c mmcat -s E -l regex -x -d 'Print the offset of each match of a pattern'
complete -c mmcat -s x -l hex -d 'Hex and text view'
complete -c mmcat -s t -l type -x -a '(__mmcat_layouts)' -d 'View as numbers or records'
complete -c mmcat -s i -l info -d 'Type, size, lines, holes, pages in memory'
complete -c mmcat -s f -l follow -d 'Keep printing as the file grows'
complete -c mmcat -s d -l delimiter -x -d 'Lines end with this byte'
complete -c mmcat -s m -l max-count -x -d 'Stop after so many lines, matches or records'
complete -c mmcat -s w -l width -x -d 'Bytes a row of -x, records a line of -t'
complete -c mmcat -s a -l text -d 'Print binary data to a terminal anyway'
complete -c mmcat -s j -l threads -x -d 'Worker threads'
complete -c mmcat -l json -f -a lines -d 'Machine-readable -i, -c, -e, -E, -t'
complete -c mmcat -l color -x -a 'auto always never' -d 'Colours of -x'
complete -c mmcat -l no-mmap -d 'Plain reads'
complete -c mmcat -s v -l verbose -d 'Time, speed and memory used, on standard error'
complete -c mmcat -l progress -d 'Progress in any case'
complete -c mmcat -s q -l quiet -d 'No progress'
complete -c mmcat -s h -l help -d 'Print a summary'
complete -c mmcat -s V -l version -d 'Print the version'
