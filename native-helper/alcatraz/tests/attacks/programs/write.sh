# By its name, as any program would.
echo hurt >> "$CANARY"
