# The file system's own flags, by ioctl ("no dump": harmless).
chattr +d "$CANARY"
