# Shared memory with a name.
echo hurt >> "$SHM_FILE"
