# The same through a symbolic link and a second name.
ln -s "$SOCKET" link; ln "$SOCKET" second
for LINK in link second; do
    export LINK
    perl "$(dirname "$0")/connect.pl" stream LINK && exit 0
done
exit 1
