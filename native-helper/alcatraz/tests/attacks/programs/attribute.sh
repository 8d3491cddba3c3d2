# An extended attribute.
setfattr -n user.hurt -v yes "$CANARY"
