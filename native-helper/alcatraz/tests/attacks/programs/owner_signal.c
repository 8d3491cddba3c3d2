// A signal that the kernel sends when a pipe has something to read, to an "owner" of our choice.
#include "attack.h"

int main(void) {
    int ends[2];
    if (pipe(ends)) return CANNOT;
    if (fcntl(ends[0], F_SETSIG, SIGUSR1) || fcntl(ends[0], F_SETOWN, victim())) return verdict(-1);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    return verdict(write(ends[1], "x", 1));
}
