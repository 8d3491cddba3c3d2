# What a mount covers.
unshare -m sh -c 'umount -l "$COVERED"; cat "$COVERED/secret"'
