#!/bin/sh
# A renaming tool: names the pictures of a directory by day and number, as freeware of that kind does.
set -eu
cd "${1:?usage: rename-photos.sh DIRECTORY}"
number=0
for photo in IMG_*.png; do
    number=$((number + 1))
    mv "$photo" "$(printf '2024-05-17 %02d.png' "$number")"
done
echo "renamed $number pictures"
