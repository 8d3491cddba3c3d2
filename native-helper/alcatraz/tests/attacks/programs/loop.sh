# A disk of one's own making: its file systems are the kernel's to parse.
truncate -s 1M image && at=$(losetup --find --show image) && losetup --detach "$at"
