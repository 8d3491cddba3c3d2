// A record of everything that anybody runs, into a file of the attacker's; ended at once.
#include "attack.h"

int main(void) {
    close(open("accounts", O_CREAT | O_WRONLY, 0600));
    if (acct("accounts")) return verdict(-1);
    return verdict(acct(NULL));
}
