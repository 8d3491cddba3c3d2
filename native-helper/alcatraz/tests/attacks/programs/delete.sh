# Gone.
rm -f "$CANARY"
