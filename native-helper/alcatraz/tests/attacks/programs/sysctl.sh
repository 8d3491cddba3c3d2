# A setting of the whole machine.
echo "$SYSCTL_VALUE" > "$SYSCTL"
