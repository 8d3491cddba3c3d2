# The screen again, by the port that its number stands for.
DISPLAY=localhost$SCREEN xwd -silent -root -out /dev/null
