# Standard output is a file that the caller only appends to: open it anew and empty it.
: > /proc/self/fd/1
