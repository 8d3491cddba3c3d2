// Bound to the last processor only.
#include "attack.h"
#include <sched.h>

int main(void) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &one);
    return verdict(sched_setaffinity(victim(), sizeof one, &one));
}
