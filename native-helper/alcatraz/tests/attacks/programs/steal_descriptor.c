// A descriptor taken out of another process.
#include "attack.h"

int main(void) {
    int process = syscall(SYS_pidfd_open, victim(), 0);
    int file = syscall(SYS_pidfd_getfd, process, atoi(need("VICTIM_FD")), 0);
    return verdict(file < 0 ? file : dprintf(file, "hurt\n"));
}
