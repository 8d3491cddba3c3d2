# What the other programs' windows are called.
DISPLAY=$SCREEN xdotool search --onlyvisible --name "^$WINDOW$" >&2
