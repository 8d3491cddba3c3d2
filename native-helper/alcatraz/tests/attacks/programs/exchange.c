// Another file in its place, by exchange.
#include "attack.h"

int main(void) {
    close(open("mine", O_CREAT | O_WRONLY, 0644));
    return verdict(renameat2(AT_FDCWD, "mine", AT_FDCWD, need("CANARY"), RENAME_EXCHANGE));
}
