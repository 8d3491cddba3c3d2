# A terminal server of the user's runs commands for whoever reaches its socket.
tmux -S "$TMUX_SOCKET" run-shell "echo hurt >> '$CANARY'"
