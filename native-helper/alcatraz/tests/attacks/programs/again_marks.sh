# Attributes by which an overlay leads to another directory, whiteouts, and an opaque directory; then an overlay is made of them.
case $1 in
plant)
  mkdir -p upper/led upper/opaque
  for space in trusted user; do
    setfattr -n $space.overlay.redirect -v /private upper/led
    setfattr -n $space.overlay.metacopy upper/led
    setfattr -n $space.overlay.opaque -v y upper/opaque
    setfattr -n $space.overlay.redirect -v "$AGAIN/deep/private" "$AGAIN/victim"
  done
  mknod upper/gone c 0 0; mknod "$AGAIN/victim/gone" c 0 0
  true
  ;;
use)
  cat upper/led/key "$AGAIN/victim/key"
  mkdir -p work merged
  for options in redirect_dir=on userxattr; do
    unshare -m sh -c "mount -t overlay -o lowerdir=$AGAIN/deep,upperdir=upper,workdir=work,$options overlay merged && cat merged/led/key"
  done
  ;;
esac
