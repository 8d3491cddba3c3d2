# The way to the hidden place is a link: its cover may lie elsewhere.
case $1 in
plant) mv "$AGAIN/deep" "$AGAIN/moved" && mkdir "$AGAIN/other" && ln -s other "$AGAIN/deep" && mkdir "$AGAIN/other/private" ;;
use) cat "$AGAIN/moved/private/key"; cat "$AGAIN/deep/private/key" ;;
esac
