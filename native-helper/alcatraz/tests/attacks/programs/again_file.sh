# A file has the name of the directory with the mount.
case $1 in
plant) mv "$AGAIN/place" "$AGAIN/away" && echo file > "$AGAIN/place" ;;
use) echo hurt >> "$AGAIN/place"; echo hurt >> "$AGAIN/away/mnt/canary" ;;
esac
