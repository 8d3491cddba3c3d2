#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static char *volatile text;
static volatile int done;
static void *flip(void *arg) { while (!done) { text[5] = text[5] == 'a' ? 0 : 'a'; } return 0; }
int main(void) {
    int bad = 0;
    void *pointers[] = {0, (void *)1, (void *)-1, (void *)0x7ffffffff000, (void *)(1UL << 63)};
    for (int i = 0; i < 5; i++) {
        bad |= syscall(SYS_openat, AT_FDCWD, pointers[i], O_RDONLY) != -1 || errno != EFAULT;
        bad |= syscall(437, AT_FDCWD, "x", pointers[i], 24) != -1;
        bad |= syscall(SYS_rename, pointers[i], pointers[i]) != -1;
        bad |= syscall(SYS_execve, pointers[i], 0, 0) != -1;
        syscall(SYS_linkat, -1, pointers[i], 999999, pointers[i], -1);
        syscall(SYS_utimensat, 12345, pointers[i], 0, -1);
    }
    if (bad) { puts("pointers"); return 1; }
    char *two = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(two + 4096, 4096);
    strcpy(two + 4096 - 12, "/etc/passwd");
    if (open(two + 4096 - 12, O_RDONLY) < 0) { puts("end of page"); return 1; }
    memcpy(two + 4096 - 4, "/etc", 4);
    if (open(two + 4096 - 4, O_RDONLY) != -1 || errno != EFAULT) { puts("unended"); return 1; }
    char *huge = malloc(100000);
    memset(huge, 'x', 99999);
    if (open(huge, O_RDONLY) != -1 || errno != ENAMETOOLONG) { puts("long"); return 1; }
    for (int i = 0; i < 4094; i += 2) memcpy(huge + i, "./", 2);
    huge[4094] = 0;
    open(huge, O_RDONLY);
    for (int i = 0; i < 4090; i += 3) memcpy(huge + i, "../", 3);
    open(huge, O_RDONLY);
    symlink("loop", "loop");
    if (open("loop", O_RDONLY) != -1 || errno != ELOOP) { puts("loop"); return 1; }
    mkfifo("fifo", 0600);
    open("fifo", O_RDONLY | O_NONBLOCK);
    chmod("fifo", 0755);
    execl("./fifo", "fifo", 0);
    text = strdup("/tmp/xaaaa");
    pthread_t t;
    pthread_create(&t, 0, flip, 0);
    for (int i = 0; i < 20000; i++) { int fd = open(text, O_RDONLY); if (fd >= 0) close(fd); }
    done = 1;
    pthread_join(t, 0);
    int fd = open("/dev/stdin/x/../..", O_RDONLY);
    fd = open("/proc/self/fd/99999/x", O_RDONLY);
    fd = open("/proc/1/root/none", O_RDONLY);
    return open("after", O_RDONLY) < 0;
}
