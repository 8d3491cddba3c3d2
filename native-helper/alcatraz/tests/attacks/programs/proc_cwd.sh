# Through the working directory of every process in sight; the canary lies above it. Nothing else is touched.
for cwd in /proc/[0-9]*/cwd; do
    grep -qx untouched "$cwd/../canary" && echo hurt >> "$cwd/../canary"
done 2>&-
exit 0
