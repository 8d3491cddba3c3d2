# Through the working directory of every process in sight; the canary lies above it. Nothing else is touched, and nothing
# is made: a process may go elsewhere between the look and the write.
for cwd in /proc/[0-9]*/cwd; do
    grep -qx untouched "$cwd/../canary" && echo hurt | dd of="$cwd/../canary" oflag=append conv=notrunc,nocreat
done 2>&-
exit 0
