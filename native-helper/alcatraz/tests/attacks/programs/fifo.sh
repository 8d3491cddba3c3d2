# A named pipe that a program of the host reads.
timeout 2 sh -c 'echo hurt > "$FIFO"'
