# The directory with the hidden place has another name, where no cover may lie.
case $1 in
plant) mv "$AGAIN/deep" "$AGAIN/moved" && mkdir -p "$AGAIN/deep/private" ;;
use) cat "$AGAIN/moved/private/key" ;;
esac
