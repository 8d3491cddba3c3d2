# The disk below the file system, by the host's own node.
echo hurt | dd of="$DISK" conv=notrunc,fsync status=none
