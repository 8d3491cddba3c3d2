// Does again, one after the other, what a log of operations says: what a commit by log would do. For measurements only.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#pragma pack(1)
struct head {
    char kind;
    int64_t first, second;
    uint32_t one, two;
};

// Files stay open from one write to the next, as they did in the program.
#define OPEN 64
static struct {
    char path[4096];
    int fd;
} opened[OPEN];

static int file(const char *path, int flags, int mode) {
    static int next;
    for (int i = 0; i < OPEN; i++)
        if (opened[i].path[0] && !strcmp(opened[i].path, path) && !(flags & O_TRUNC)) return opened[i].fd;
    int fd = open(path, O_RDWR | flags, mode);
    if (fd < 0) return fd;
    int i = next++ % OPEN;
    if (opened[i].path[0]) close(opened[i].fd);
    strcpy(opened[i].path, path);
    return opened[i].fd = fd;
}

static void forget(const char *path) {
    for (int i = 0; i < OPEN; i++)
        if (opened[i].path[0] && !strcmp(opened[i].path, path)) {
            close(opened[i].fd);
            opened[i].path[0] = 0;
        }
}

int main(int count, char **words) {
    if (count != 2) return 2;
    int log = open(words[1], O_RDONLY);
    struct stat facts;
    if (log < 0 || fstat(log, &facts)) return perror(words[1]), 1;
    const char *at = mmap(0, facts.st_size + 1, PROT_READ, MAP_PRIVATE, log, 0), *end = at + facts.st_size;
    struct timespec a, b, c;
    long operations = 0;
    clock_gettime(CLOCK_MONOTONIC, &a);
    while (at < end) {
        struct head head;
        memcpy(&head, at, sizeof head);
        at += sizeof head;
        char one[4096], two[4096];
        memcpy(one, at, head.one), one[head.one] = 0, at += head.one;
        const char *data = at;
        if (head.kind != 'w') memcpy(two, at, head.two), two[head.two] = 0;
        at += head.two;
        long result = 0;
        switch (head.kind) {
            case 'o': forget(one); result = file(one, O_CREAT | (head.second ? O_TRUNC : 0), head.first) < 0; break;
            case 'w': result = pwrite(file(one, 0, 0), data, head.two, head.first) != head.two; break;
            case 't': result = ftruncate(file(one, 0, 0), head.first); break;
            case 'm': result = chmod(one, head.first); break;
            case 'u': forget(one); result = unlink(one); break;
            case 'r': result = rmdir(one); break;
            case 'd': result = mkdir(one, head.first); break;
            case 'n': forget(one); forget(two); result = rename(one, two); break;
            case 'l': result = link(one, two); break;
            case 's': result = symlink(two, one); break;
            default: result = 1;
        }
        if (result) return fprintf(stderr, "%c %s: %s\n", head.kind, one, strerror(errno)), 1;
        operations++;
    }
    for (int i = 0; i < OPEN; i++)
        if (opened[i].path[0]) close(opened[i].fd);
    clock_gettime(CLOCK_MONOTONIC, &b);
    // As durable as what it is compared with.
    int top = open(".", O_RDONLY);
    if (top < 0 || syncfs(top)) return perror("syncfs"), 1;
    clock_gettime(CLOCK_MONOTONIC, &c);
    // How many, and nanoseconds: all of it, and of that without the last wait for the disk.
    printf("%ld %ld %ld\n", operations, (c.tv_sec - a.tv_sec) * 1000000000 + c.tv_nsec - a.tv_nsec,
           (b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec);
}
