# What it was told by its environment: keys, often.
cat "/proc/$VICTIM/environ"
