// Another process's memory, as a file.
#include "attack.h"

int main(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", victim());
    int file = open(path, O_WRONLY);
    return verdict(file < 0 ? file : pwrite(file, "hurt", 4, strtoul(need("VICTIM_MEMORY"), NULL, 16)));
}
