# Through the working directory of every process in sight; the canary lies above it.
for cwd in /proc/[0-9]*/cwd; do echo hurt >> "$cwd/../canary"; done 2>&-
exit 0
