# A second name for the same file.
ln "$CANARY" second && echo hurt >> second
