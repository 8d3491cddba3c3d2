# What the user has copied.
DISPLAY=$SCREEN xclip -selection clipboard -o
