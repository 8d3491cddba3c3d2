# A whole process group.
kill -s USR1 -- "-$VICTIM"
