// A handler for page faults, which makes races in the kernel easy to win.
#include "attack.h"

int main(void) { return verdict(syscall(SYS_userfaultfd, O_CLOEXEC)); }
