# Its permissions.
chmod 0777 "$CANARY"
