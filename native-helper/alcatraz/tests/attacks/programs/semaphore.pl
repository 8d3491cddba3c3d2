# A semaphore of the host's programs.
exit(semop($ENV{SEM_ID}, pack("s3", 0, 5, 0)) ? 0 : 1);
