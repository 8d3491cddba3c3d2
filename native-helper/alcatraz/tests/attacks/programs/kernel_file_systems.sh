# The kernel's inner file systems, each of which trusts root.
attack='for type in debugfs tracefs securityfs configfs; do mount -t $type none place && exit 0; done; exit 1'
mkdir -p place && { unshare -m sh -c "$attack" || unshare -rm sh -c "$attack"; }
