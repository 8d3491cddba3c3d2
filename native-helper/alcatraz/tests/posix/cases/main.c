// Runs every case in its directory below the working directory; each in a process of its own.
#include "case.h"

struct test *all;

struct stat of(const char *path) {
    struct stat facts = { 0 };
    if (lstat(path, &facts)) printf("lstat %s: %s\n", path, strerrorname_np(errno));
    return facts;
}

const char *content(const char *path) {
    static char text[256];
    memset(text, 0, sizeof text);
    int file = open(path, O_RDONLY);
    if (file < 0) return strerrorname_np(errno);
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length < 0 ? strerrorname_np(errno) : text;
}

void write_file(const char *path, const char *text) {
    int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (file < 0 || write(file, text, strlen(text)) < 0) printf("writing %s: %s\n", path, strerrorname_np(errno));
    close(file);
}

int main(int count, char **arguments) {
    umask(022);
    for (struct test *test = all; test; test = test->next) {
        if (count > 1) {
            puts(test->name);
            continue;
        }
        printf("-- case %s\n", test->name);
        fflush(stdout);
        pid_t child = fork();
        if (!child) {
            if (chdir(test->name)) {
                perror(test->name);
                _exit(1);
            }
            test->run();
            fflush(stdout);
            _exit(0);
        }
        int how;
        waitpid(child, &how, 0);
        printf("ended with %x\n", how);
    }
    (void)arguments;
    return 0;
}
