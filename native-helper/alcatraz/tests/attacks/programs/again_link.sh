# Where a mount lay is a link to another directory, with another one to be mounted on.
case $1 in
plant) mv "$AGAIN/place" "$AGAIN/away" && ln -s "$AGAIN/victim" "$AGAIN/place" ;;
use) echo hurt >> "$AGAIN/place/mnt/canary" ;;
esac
