# Functions that read the fenced blocks of documents, for the scripts that run them.

# blocks prints the line and language of each fenced block of a file.
blocks() { awk '/^ *```/ { if (open) open = 0; else { open = 1; sub(/^ *```/, ""); print NR, $0 } }' "$1"; }

# block prints one block, preceded by empty lines, so that the line numbers in
# error messages are those of the file.
block() { awk -v first="$2" 'NR <= first || ended { print ""; next } /^ *```/ { ended = 1; print ""; next } { print }' "$1"; }

# lines prints a block without the empty lines.
lines() { block "$1" "$2" | sed '/./,$!d'; }
