# By a link, and by a path that climbs.
ln -s "$PRIVATE" link; cat link/key "$PRIVATE/../private/key" "$PRIVATE/./key"
