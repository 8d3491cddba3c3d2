// Everybody at once; the signal is one that nobody dies of.
#include "attack.h"

int main(void) { return verdict(kill(-1, SIGWINCH)); }
