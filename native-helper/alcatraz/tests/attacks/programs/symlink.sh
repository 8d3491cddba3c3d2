# Through a chain of symbolic links, the last one by way of /proc.
ln -s "/proc/self/root$CANARY" one && ln -s one two && echo hurt >> two
