# Shared memory of the host's programs.
exit(shmwrite($ENV{SHM_ID}, "hurt", 0, 4) ? 0 : 1);
