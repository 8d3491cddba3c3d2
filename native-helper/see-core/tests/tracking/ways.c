#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
struct how { unsigned long long flags, mode, resolve; };
static void need(int fd, const char *what) { if (fd < 0) { perror(what); exit(1); } close(fd); }
static void *thread(void *arg) { need(syscall(SYS_openat, AT_FDCWD, "d/thread", O_RDONLY), "thread"); return 0; }
int main(void) {
    need(syscall(SYS_open, "d/open", O_RDONLY), "open");
    int d = open("d", O_RDONLY | O_DIRECTORY);
    need(syscall(SYS_openat, d, "openat", O_RDONLY), "openat");
    struct how how = {O_RDONLY, 0, 0};
    need(syscall(437, d, "openat2", &how, sizeof how), "openat2");
    how.resolve = 0x10;
    need(syscall(437, d, "/../inroot", &how, sizeof how), "inroot");
    need(syscall(SYS_creat, "d/creat", 0600), "creat");
    char path[64];
    need(open("d/relative", O_RDONLY), "relative");
    int fd = open("d/fdpath", O_PATH);
    sprintf(path, "/proc/self/fd/%d", fd);
    need(open(path, O_RDONLY), "fdpath");
    pthread_t t;
    pthread_create(&t, 0, thread, 0);
    pthread_join(t, 0);
    int byfd = open("byfd", O_PATH | O_CLOEXEC);
    if (fork() == 0) { char *args[] = {"byfd", 0}; syscall(SYS_execveat, byfd, "", args, args + 1, AT_EMPTY_PATH); _exit(9); }
    int status;
    wait(&status);
    if (status) { printf("execveat %d\n", status); return 1; }
    char names[1024];
    if (syscall(SYS_getdents64, d, names, sizeof names) < 0) { perror("getdents64"); return 1; }
    int here = open(".", O_RDONLY);
    if (fchdir(d)) return 1;
    need(syscall(SYS_open, "fchdir", O_RDONLY), "fchdir");
    fchdir(here);
    if (fork() == 0) {
        /* Whoever may not do it becomes root of a user name space of its own. */
        if (geteuid()) unshare(CLONE_NEWUSER);
        if (chroot("d")) { perror("chroot"); _exit(1); }
        if (syscall(SYS_open, "/chrooted", O_RDONLY) < 0) { perror("chrooted"); _exit(1); }
        _exit(0);
    }
    wait(&status);
    return status != 0;
}
