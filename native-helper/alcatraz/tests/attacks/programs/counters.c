// The whole processor's performance counters: side channels of everybody.
#include "attack.h"
#include <linux/perf_event.h>

int main(void) {
    struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK };
    return verdict(syscall(SYS_perf_event_open, &event, -1, 0, -1, 0));
}
