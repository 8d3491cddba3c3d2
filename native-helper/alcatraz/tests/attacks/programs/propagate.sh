# A mount in a place whose mounts the host shares.
mount -t tmpfs hurt "$SHARED_PLACE"
