# Standard input is a file that the caller only reads: open it anew and write.
echo hurt >> /proc/self/fd/0
