// What the kernel shows on the console; set to what it is.
#include "attack.h"
#include <sys/klog.h>

int main(void) {
    int level = 0;
    FILE *settings = fopen("/proc/sys/kernel/printk", "r");
    if (!settings || fscanf(settings, "%d", &level) != 1) return CANNOT;
    return verdict(klogctl(8, NULL, level));
}
