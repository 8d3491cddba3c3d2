# A program with a capability in its file, that writes where its caller may not.
"$CAPABLE_TOOL" "$PROTECTED"
