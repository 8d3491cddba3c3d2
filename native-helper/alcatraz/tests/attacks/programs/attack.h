// What the attack programs in C share. DONE: the harm is done, as far as the program can tell. REFUSED: it was not.
// CANNOT: the attack could not even be tried, which fails the test.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 0, REFUSED = 1, CANNOT = 77 };

static inline const char *need(const char *name) {
    const char *value = getenv(name);
    if (!value) {
        fprintf(stderr, "%s is not set\n", name);
        exit(CANNOT);
    }
    return value;
}

static inline int verdict(long result) {
    if (result >= 0) return DONE;
    perror("refused");
    return REFUSED;
}

static inline int victim(void) { return atoi(need("VICTIM")); }
