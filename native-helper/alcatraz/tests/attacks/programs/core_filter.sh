# What of its memory goes to disk when it crashes.
echo 0 > "/proc/$VICTIM/coredump_filter"
