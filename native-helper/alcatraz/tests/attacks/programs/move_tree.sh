# A whole directory moved elsewhere.
mv "$HOME/tree" "$HOME/taken"
