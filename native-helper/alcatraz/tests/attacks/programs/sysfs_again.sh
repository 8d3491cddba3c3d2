# The same by a /sys of one's own.
attack='mount -t sysfs sysfs s && at=s/kernel/mm/transparent_hugepage/khugepaged/pages_to_scan && cat $at > value && cat value > $at'
mkdir -p s && { unshare -m sh -c "$attack" || unshare -rmn sh -c "$attack"; }
