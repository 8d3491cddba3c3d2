// A signal by a process's descriptor.
#include "attack.h"

int main(void) {
    int process = syscall(SYS_pidfd_open, victim(), 0);
    return verdict(process < 0 ? process : syscall(SYS_pidfd_send_signal, process, SIGUSR1, NULL, 0));
}
