#!/bin/sh
# A photo-album tool: makes an album page with copies of the pictures of a directory.
set -eu
cd "${1:?usage: make-album.sh DIRECTORY}"
mkdir -p album/pictures
{
    echo '<!doctype html><title>Album</title><h1>Album</h1>'
    for photo in *.png; do
        cp "$photo" album/pictures/
        printf '<img src="pictures/%s" alt="%s">\n' "$photo" "$photo"
    done
} >album/index.html
echo "album/index.html is ready"
