#!/bin/sh
# Installs Lantern, a small note keeper: the sample that Alcatraz starts with. Harmless, and as untidy as many real
# installers: besides its own directory it writes a command, a menu entry and a line in your shell's start-up file.
#
#   install.sh                  as root into /usr/local/lantern, else into ~/.local/lantern
#   install.sh --base DIR       into DIR/lantern, with the command in DIR/bin
#   install.sh --prefix DIR     into DIR itself, whatever is there already
set -eu

here=$(cd "$(dirname "$0")" && pwd)
payload=$here/payload
version=1.4.2

if [ "$(id -u)" -eq 0 ]; then
    base=/usr/local
else
    base=$HOME/.local
fi
prefix=
while [ $# -gt 0 ]; do
    case $1 in
        --base) base=${2:?"--base needs a directory"} ;;
        --prefix) prefix=${2:?"--prefix needs a directory"} ;;
        *)
            echo "usage: install.sh [--base DIR] [--prefix DIR]" >&2
            exit 2
            ;;
    esac
    shift 2
done
prefix=${prefix:-$base/lantern}

step() { printf '\033[1;34m==>\033[0m %s\n' "$1"; }
note() { printf '    %s\n' "$1"; }
# A person watching should see the changes arrive one after the other.
pause() { sleep "${LANTERN_PACE-0.15}"; }

printf '\033[1mLantern %s installer\033[0m\n\n' "$version"

step "Copying the program to $prefix"
mkdir -p "$prefix"
cp "$payload/bin/lantern" "$prefix/lantern"
chmod 755 "$prefix/lantern"
note "lantern"
pause

step "Icons"
for icon in "$payload"/icons/*; do
    cp "$icon" "$prefix/"
    note "$(basename "$icon")"
    pause
done

step "Documentation"
for page in "$payload"/doc/*; do
    cp "$page" "$prefix/"
    note "$(basename "$page")"
    pause
done

step "Languages"
for language in bg ca cs da de el en es et eu fi fr ga gl hr hu is it lt lv mt nb nl pl pt ro sk sl sq sv tr uk; do
    printf '{ "language": "%s", "app": "Lantern", "version": "%s" }\n' "$language" "$version" >"$prefix/lantern-$language.json"
done
note "32 languages"
pause

step "Data"
cp "$payload/data/index.bin" "$prefix/index.bin"
note "index.bin"
pause

step "Command and menu entry"
mkdir -p "$base/bin" "$base/share/applications"
ln -sf "$prefix/lantern" "$base/bin/lantern"
cat >"$base/share/applications/lantern.desktop" <<END
[Desktop Entry]
Type=Application
Name=Lantern
Comment=Keep short notes
Exec=$prefix/lantern
Icon=$prefix/lantern-256.png
Terminal=true
Categories=Utility;
END
note "$base/bin/lantern"
note "$base/share/applications/lantern.desktop"
pause

step "Shell start-up file"
printf '\n# Added by the Lantern installer\nexport LANTERN_HOME="%s"\nexport PATH="$PATH:%s/bin"\n' "$prefix" "$base" >>"$HOME/.bashrc"
note "$HOME/.bashrc"

printf '\n\033[1;32mLantern %s is installed.\033[0m Type: lantern\n' "$version"
