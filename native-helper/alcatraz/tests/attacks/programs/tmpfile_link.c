// A file without a name, given one afterwards.
#include "attack.h"

int main(void) {
    const char *home = need("HOME");
    int file = open(home, O_TMPFILE | O_RDWR, 0755);
    if (file < 0) return verdict(file);
    dprintf(file, "hurt\n");
    char self[64], target[4096];
    snprintf(self, sizeof self, "/proc/self/fd/%d", file);
    snprintf(target, sizeof target, "%s/planted", home);
    return verdict(linkat(AT_FDCWD, self, AT_FDCWD, target, AT_SYMLINK_FOLLOW));
}
