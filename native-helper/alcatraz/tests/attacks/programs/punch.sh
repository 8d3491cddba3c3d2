# A hole in the middle: no byte is "written".
fallocate --punch-hole --offset 0 --length 4096 "$CANARY"
