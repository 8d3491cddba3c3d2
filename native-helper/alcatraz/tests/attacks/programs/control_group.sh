# A control group of one's own among the host's.
for at in /sys/fs/cgroup/cpu /sys/fs/cgroup/unified /sys/fs/cgroup; do
    mkdir "$at/alcatraz-canary-$$" && rmdir "$at/alcatraz-canary-$$" && exit 0
done
exit 1
