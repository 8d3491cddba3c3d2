# Its domain, by the kernel's own file.
echo hurt > /proc/sys/kernel/domainname
