# The simplest: a signal.
kill -USR1 "$VICTIM"
