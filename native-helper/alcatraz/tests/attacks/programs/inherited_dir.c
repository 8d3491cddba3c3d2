// A directory that the caller forgot to close: everything of its file system is below or above it.
#include "attack.h"

int main(void) {
    int found = openat(8, "canary", O_WRONLY | O_APPEND);
    return verdict(found < 0 ? found : write(found, "hurt\n", 5));
}
