# Through the root directory of every process in sight.
for root in /proc/[0-9]*/root /proc/self/task/*/root; do echo hurt >> "$root$CANARY"; done 2>&-
exit 0
