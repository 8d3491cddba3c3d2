# The file itself.
cat "$PRIVATE/key"
