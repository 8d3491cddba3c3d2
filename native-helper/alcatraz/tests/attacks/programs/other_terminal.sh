# Writes on a terminal of the user's, by its name.
echo hurt > "$USER_TERMINAL"
