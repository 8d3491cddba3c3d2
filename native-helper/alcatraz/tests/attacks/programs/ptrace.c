// A debugger attached, a word of memory changed.
#include "attack.h"
#include <sys/ptrace.h>

int main(void) {
    if (ptrace(PTRACE_ATTACH, victim(), 0, 0)) return verdict(-1);
    waitpid(victim(), NULL, 0);
    long word = 0;
    memcpy(&word, "hurt", 4);
    long result = ptrace(PTRACE_POKEDATA, victim(), (void *)strtoul(need("VICTIM_MEMORY"), NULL, 16), (void *)word);
    ptrace(PTRACE_DETACH, victim(), 0, 0);
    return verdict(result);
}
