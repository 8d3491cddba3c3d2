# The disk below the file system: a node for the loop device that holds the canary.
mknod disk b $DISK_NUMBER && echo hurt | dd of=disk conv=notrunc,fsync status=none
