# A set-user-id program of root's that writes where its caller may not.
"$SET_ID_TOOL" "$PROTECTED"
