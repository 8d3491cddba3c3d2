# First to be killed when memory is short.
echo 1000 > "/proc/$VICTIM/oom_score_adj"
