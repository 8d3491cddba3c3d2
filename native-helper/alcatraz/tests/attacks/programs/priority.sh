# Starved of its turn.
renice -n 19 -p "$VICTIM"
