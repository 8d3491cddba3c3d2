# The same by a /proc of one's own.
attack='mount -t proc proc fresh && echo "$SYSCTL_VALUE" > "fresh/${SYSCTL#/proc/}"'
mkdir -p fresh && { unshare -m sh -c "$attack" || unshare -rmpf sh -c "$attack"; }
