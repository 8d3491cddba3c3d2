# The attacker's file as the memory of everybody.
dd if=/dev/zero of=swap bs=64k count=1 status=none && chmod 600 swap && mkswap -q swap && swapon swap && swapoff swap
