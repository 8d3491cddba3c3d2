# An access list that lets somebody else write.
setfacl -m u:daemon:rw "$CANARY"
