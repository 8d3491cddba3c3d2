// Memory, touched page by page: 300 MiB.
#include "attack.h"

int main(void) {
    size_t size = 300 << 20;
    volatile char *block = malloc(size);
    if (!block) return REFUSED;
    for (size_t at = 0; at < size; at += 4096) block[at] = 1;
    return DONE;
}
