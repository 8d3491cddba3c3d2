# Another file in its place.
echo hurt > mine && mv -f mine "$CANARY"
