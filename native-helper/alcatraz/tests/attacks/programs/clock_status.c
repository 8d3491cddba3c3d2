// The machine's clock; its status is set to what it is.
#include "attack.h"
#include <sys/timex.h>

int main(void) {
    struct timex clock = { 0 };
    if (adjtimex(&clock) < 0) return CANNOT;
    clock.modes = ADJ_STATUS;
    return verdict(adjtimex(&clock));
}
