# The canary under another name, by a mount of the attacker's own.
touch here
attack='mount --bind "$CANARY" here && mount -o remount,bind,rw here && echo hurt >> here'
unshare -m sh -c "$attack" || unshare -rm sh -c "$attack"
