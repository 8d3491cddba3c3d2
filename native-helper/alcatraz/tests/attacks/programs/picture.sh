# A picture of the whole screen.
DISPLAY=$SCREEN xwd -silent -root -out /dev/null
