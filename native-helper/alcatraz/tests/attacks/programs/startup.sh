# A way to come back: a line in what the user's next shell reads.
echo 'echo hurt' >> "$HOME/.profile"
