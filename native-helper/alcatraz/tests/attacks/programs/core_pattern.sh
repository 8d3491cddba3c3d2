# Which program the host's root runs when something crashes. What stands there is written back: harmless.
cat /proc/sys/kernel/core_pattern > pattern && cat pattern > /proc/sys/kernel/core_pattern
