// The same by descriptor (fspick), with no mount call that a filter could look for.
#include "attack.h"
#include <time.h>

enum { SET_STRING = 1, RECONFIGURE = 7 };

int main(void) {
    char size[32];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(size, sizeof size, "%ldk", 64 + now.tv_nsec / 1000 % 4096);
    int fs = syscall(SYS_fspick, AT_FDCWD, need("COVERED"), 0);
    if (fs < 0) return verdict(fs);
    if (syscall(SYS_fsconfig, fs, SET_STRING, "size", size, 0)) return verdict(-1);
    return verdict(syscall(SYS_fsconfig, fs, RECONFIGURE, NULL, NULL, 0));
}
