// What the cases share. A case runs in a directory of its own that lay on the host before (see `lay_out` in main.rs)
// and prints what every call gave; the same must come out natively and inside.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

struct test { const char *name; void (*run)(void); struct test *next; };
extern struct test *all;

#define CASE(id)                                                                       \
    static void run_##id(void);                                                        \
    static struct test test_##id = { #id, run_##id, 0 };                               \
    __attribute__((constructor)) static void add_##id(void) { test_##id.next = all; all = &test_##id; } \
    static void run_##id(void)

// A call that gives -1 when it fails.
#define DO(call) do { errno = 0; long got = (long)(call); printf("%s: %s\n", #call, got >= 0 ? "ok" : strerrorname_np(errno)); } while (0)
// A value.
#define SHOW(value) printf("%s = %lld\n", #value, (long long)(value))

struct stat of(const char *path);
const char *content(const char *path);
void write_file(const char *path, const char *text);
// Runs the rest as a child and waits; the child must end by itself.
#define CHILD(...) do { fflush(stdout); pid_t child = fork(); if (!child) { __VA_ARGS__; fflush(stdout); _exit(0); } int how; waitpid(child, &how, 0); if (how) printf("child ended with %x\n", how); } while (0)
