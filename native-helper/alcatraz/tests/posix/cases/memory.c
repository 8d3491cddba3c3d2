// Files as memory.
#include "case.h"
#include <setjmp.h>

static sigjmp_buf back;
static void jump(int number) { siglongjmp(back, number); }

CASE(shared_memory) {
    int file = open("file", O_RDWR);
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    memcpy(memory, "FROM", 4);
    printf("%s", content("file"));
    SHOW(pwrite(file, "back", 4, 0));
    printf("%.4s\n", memory);
    CHILD(memcpy(memory, "kid!", 4));
    printf("%.4s\n", memory);
    char *own = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    own[0] = 'Z';
    printf("%.4s\n", content("file"));
    SHOW((long)(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, open("file", O_RDONLY), 0) == MAP_FAILED));
}

CASE(read_only_memory_from_before_the_change) {
    char *memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open("file", O_RDONLY), 0);
    printf("%.4s\n", memory);
    SHOW(pwrite(open("file", O_WRONLY), "NEW!", 4, 0));
    printf("%.4s\n", memory);
}

CASE(beyond_the_end) {
    DO(truncate("file", 8192));
    char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, open("file", O_RDWR), 0);
    DO(truncate("file", 10));
    signal(SIGBUS, jump);
    int caught = sigsetjmp(back, 1);
    if (!caught) memory[5000] = 'x';
    SHOW(caught == SIGBUS);
}

CASE(running_program_is_busy) {
    fflush(stdout);
    int ends[2];
    if (pipe(ends)) return;
    pid_t child = fork();
    if (!child) {
        dup2(ends[0], 0);
        close(ends[1]);
        execl("./cat", "cat", NULL);
        _exit(9);
    }
    char exe[64], target[4096] = "";
    snprintf(exe, sizeof exe, "/proc/%d/exe", child);
    while (readlink(exe, target, sizeof target - 1) > 0 && !strstr(target, "/cat")) usleep(1000);
    DO(open("cat", O_WRONLY));
    close(ends[1]);
    waitpid(child, NULL, 0);
    DO(open("cat", O_WRONLY));
}
