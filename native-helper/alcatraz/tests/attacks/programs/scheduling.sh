# Put in the class that runs when nobody else wants to.
chrt --idle --pid 0 "$VICTIM"
