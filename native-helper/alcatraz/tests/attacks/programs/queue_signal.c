// A signal that claims to come from the kernel's own caller.
#include "attack.h"

int main(void) {
    siginfo_t info = { .si_signo = SIGUSR1, .si_code = SI_QUEUE };
    return verdict(syscall(SYS_rt_tgsigqueueinfo, victim(), victim(), SIGUSR1, &info));
}
