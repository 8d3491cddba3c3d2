# Keys that nobody has pressed.
DISPLAY=$SCREEN xdotool key b
