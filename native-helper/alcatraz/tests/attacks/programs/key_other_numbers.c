// The same by the numbers of 32-bit programs, from a 64-bit one.
#include "attack.h"

int main(void) {
    // A 32-bit call takes 32-bit addresses.
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) return CANNOT;
    strcpy(low, "user");
    strncpy(low + 64, need("KEY_NAME"), 128);
    strcpy(low + 256, "hurt");
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(286L), "b"(low), "c"(low + 64), "d"(low + 256), "S"(4L), "D"(-4L)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result < 0) errno = -result;
    return verdict(result < 0 ? -1 : 0);
}
