# Something else to be pasted than was copied.
echo hurt | DISPLAY=$SCREEN xclip -selection clipboard -i >/dev/null 2>&1
