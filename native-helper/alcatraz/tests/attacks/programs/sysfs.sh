# A setting in /sys; what stands there is written back.
at=/sys/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan
cat $at > value && cat value > $at
