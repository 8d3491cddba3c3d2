# No more files for it.
prlimit --pid "$VICTIM" --nofile=1:4096
