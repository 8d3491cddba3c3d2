# A device node of the attacker's own making (1:5, which is /dev/zero).
mknod node c 1 5 && head -c 1 node
