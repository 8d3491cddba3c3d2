# Nothing is destroyed, it only does not run any more.
kill -STOP "$VICTIM"
