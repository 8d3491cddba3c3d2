# The options of a file system of the host's, for all of its mounts.
mount -o "remount,size=$((64 + $(date +%s%N) / 1000 % 4096))k" "$COVERED"
