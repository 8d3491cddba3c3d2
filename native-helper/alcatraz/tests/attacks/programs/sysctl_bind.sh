# The same by another name for the same mount.
mkdir -p other && unshare -m sh -c 'mount --rbind /proc other; umount -l other/sys; echo "$SYSCTL_VALUE" > "other/${SYSCTL#/proc/}"'
