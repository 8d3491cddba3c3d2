# A program of the attacker's that runs whenever the host meets a file of some kind (binfmt_misc).
echo ":alcatraz-canary:E::alcnry::/bin/true:" > "$FORMATS/register" && exit 0
unshare -m sh -c 'mount -t binfmt_misc none "$FORMATS" && echo ":alcatraz-canary:E::alcnry::/bin/true:" > "$FORMATS/register"'
