// Copied by the kernel, from file to file.
#include "attack.h"

int main(void) {
    int from = open("from", O_CREAT | O_RDWR, 0644), to = open(need("CANARY"), O_WRONLY);
    if (from < 0 || to < 0) return verdict(-1);
    dprintf(from, "hurt");
    off_t start = 0, target = 0;
    return verdict(copy_file_range(from, &start, to, &target, 4, 0));
}
