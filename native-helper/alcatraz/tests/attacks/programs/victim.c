// Not an attack but its aim: a process that says on request whether anybody has touched it.
#include "attack.h"

static char buffer[] = "untouched";
static volatile sig_atomic_t signals;

static void count(int number) {
    (void)number;
    signals++;
}

int main(void) {
    for (int number = 1; number < NSIG; number++) signal(number, count);
    int held = open(need("CANARY"), O_RDWR);
    if (held < 0) return CANNOT;
    printf("%p %d\n", (void *)buffer, held);
    fflush(stdout);
    for (;;) {
        char byte;
        ssize_t got = read(0, &byte, 1);
        if (got == 0) return 0;
        if (got < 0) continue;
        printf("%s %d\n", buffer, (int)signals);
        fflush(stdout);
    }
}
