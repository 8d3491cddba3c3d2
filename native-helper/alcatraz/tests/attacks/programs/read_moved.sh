# In another place.
mv "$PRIVATE" moved; cat moved/key
