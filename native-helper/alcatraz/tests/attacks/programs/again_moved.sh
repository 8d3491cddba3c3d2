# The directory with the mount has another name, and a new one has its name.
case $1 in
plant) mv "$AGAIN/place" "$AGAIN/away" && mkdir -p "$AGAIN/place/mnt" ;;
use) echo hurt >> "$AGAIN/place/mnt/canary"; echo hurt >> "$AGAIN/away/mnt/canary" ;;
esac
