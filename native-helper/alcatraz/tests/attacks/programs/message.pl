# A message for the host's programs.
exit(msgsnd($ENV{MSG_ID}, pack("l! a*", 1, "hurt"), 0) ? 0 : 1);
