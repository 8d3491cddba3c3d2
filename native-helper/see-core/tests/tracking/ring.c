#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
/* Opens through a ring would reach the kernel without a call that a filter sees. */
int main(void) {
    char params[256];
    memset(params, 0, sizeof params);
    long fd = syscall(425, 4, params);
    puts(fd < 0 && errno == EPERM ? "refused" : "open");
    return 0;
}
