// Through memory.
#include "attack.h"

int main(void) {
    int file = open(need("CANARY"), O_RDWR);
    if (file < 0) return verdict(file);
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) return verdict(-1);
    memcpy(memory, "hurt", 4);
    return verdict(msync(memory, 4096, MS_SYNC));
}
