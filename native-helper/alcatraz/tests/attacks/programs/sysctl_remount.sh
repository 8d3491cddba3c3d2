# The same, after the cover was taken away or made writable.
unshare -m sh -c '
    umount -l /proc/sys; umount -l /proc/sys; mount -o remount,bind,rw /proc/sys; mount -o remount,rw /proc
    echo "$SYSCTL_VALUE" > "$SYSCTL"'
