# A device node that lies on the host's disk and that everybody may open.
head -c 1 "$NODE"
