# Something else to be pasted than was copied: done when it is there.
export DISPLAY=$SCREEN
echo hurt | xclip -selection clipboard -i >/dev/null 2>&1 || exit 1
until [ "$(xclip -selection clipboard -o)" = hurt ]; do sleep 0.05; done
