// Moved from a pipe into the file.
#include "attack.h"

int main(void) {
    int ends[2], to = open(need("CANARY"), O_WRONLY);
    if (pipe(ends) || to < 0) return verdict(-1);
    dprintf(ends[1], "hurt");
    return verdict(splice(ends[0], NULL, to, NULL, 4, 0));
}
