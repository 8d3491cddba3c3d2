// As many processes as a fork bomb makes in its first moment, and no more: 300 that sleep.
#include "attack.h"

int main(void) {
    enum { MANY = 300 };
    pid_t made[MANY];
    int count = 0;
    while (count < MANY) {
        pid_t child = fork();
        if (child == 0) {
            for (;;) pause();
        }
        if (child < 0) break;
        made[count++] = child;
    }
    int all = count == MANY;
    while (count > 0) kill(made[--count], SIGKILL);
    while (wait(NULL) > 0) {}
    return all ? DONE : REFUSED;
}
