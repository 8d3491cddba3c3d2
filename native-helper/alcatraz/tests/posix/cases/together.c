// Several processes on one file: appends, locks that wait, ranges of locks, shared memory, directories that many write.
#include "case.h"

#define MANY 4

static void wait_for_all(void) { while (wait(NULL) > 0); }

CASE(appends_of_several) {
    fflush(stdout);
    for (int writer = 0; writer < MANY; writer++)
        if (!fork()) {
            int file = open("file", O_WRONLY | O_APPEND);
            char line[9] = "aaaaaaa\n";
            memset(line, 'a' + writer, 7);
            for (int n = 0; n < 200; n++) write(file, line, 8);
            _exit(0);
        }
    wait_for_all();
    FILE *file = fopen("file", "r");
    char line[64];
    int whole = 0;
    while (fgets(line, sizeof line, file)) whole += strspn(line, (char[]){ line[0], 0 }) == 7 && strlen(line) == 8;
    SHOW(whole);
    SHOW(of("file").st_size);
}

CASE(counting_under_a_lock) {
    write_file("other", "0");
    fflush(stdout);
    for (int worker = 0; worker < MANY; worker++)
        if (!fork()) {
            for (int n = 0; n < 50; n++) {
                int file = open("other", O_RDWR);
                char text[16] = { 0 };
                if (flock(file, LOCK_EX)) _exit(1);
                pread(file, text, 15, 0);
                snprintf(text, sizeof text, "%d", atoi(text) + 1);
                pwrite(file, text, strlen(text), 0);
                close(file);
            }
            _exit(0);
        }
    wait_for_all();
    printf("%s\n", content("other"));
}

static struct flock range(short type, off_t from, off_t length) {
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = length };
}

CASE(ranges_of_locks) {
    int file = open("file", O_RDWR);
    struct flock lock = range(F_WRLCK, 0, 100);
    DO(fcntl(file, F_SETLK, &lock));
    lock = range(F_UNLCK, 40, 20);
    DO(fcntl(file, F_SETLK, &lock));
    lock = range(F_RDLCK, 80, 40);
    DO(fcntl(file, F_SETLK, &lock));
    CHILD(int mine = open("file", O_RDWR); struct flock middle = range(F_WRLCK, 40, 20); DO(fcntl(mine, F_SETLK, &middle));
          struct flock first = range(F_WRLCK, 39, 1); DO(fcntl(mine, F_SETLK, &first));
          struct flock shared = range(F_RDLCK, 90, 1); DO(fcntl(mine, F_SETLK, &shared));
          struct flock ask = range(F_WRLCK, 60, 1000); fcntl(mine, F_GETLK, &ask); SHOW(ask.l_start); SHOW(ask.l_len); SHOW(ask.l_type));
    // Whoever closes any descriptor of a file gives up all locks on it.
    DO(close(open("file", O_RDONLY)));
    CHILD(int mine = open("file", O_RDWR); struct flock all = range(F_WRLCK, 0, 0); DO(fcntl(mine, F_SETLK, &all)));
    lock = range(F_WRLCK, -1, 1);
    DO(fcntl(file, F_SETLK, &lock));
}

CASE(locks_that_wait) {
    int file = open("file", O_RDWR), ends[2];
    struct flock lock = range(F_WRLCK, 0, 0);
    DO(fcntl(file, F_SETLK, &lock));
    if (pipe(ends)) return;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        int mine = open("file", O_RDWR);
        struct flock whole = range(F_WRLCK, 0, 0);
        write(ends[1], "r", 1);
        _exit(fcntl(mine, F_SETLKW, &whole) ? 9 : 7);
    }
    char ready;
    SHOW(read(ends[0], &ready, 1));
    lock = range(F_UNLCK, 0, 0);
    DO(fcntl(file, F_SETLK, &lock));
    int how;
    waitpid(child, &how, 0);
    SHOW(WEXITSTATUS(how));
}

CASE(whole_file_locks_are_inherited) {
    int file = open("other", O_RDWR);
    DO(flock(file, LOCK_EX));
    CHILD(DO(flock(file, LOCK_EX | LOCK_NB)); DO(flock(open("other", O_RDWR), LOCK_EX | LOCK_NB)); DO(flock(file, LOCK_UN)));
    DO(flock(open("other", O_RDWR), LOCK_EX | LOCK_NB));
}

CASE(memory_of_several) {
    DO(truncate("file", 1 << 20));
    int file = open("file", O_RDWR);
    unsigned *shared = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    fflush(stdout);
    for (int worker = 0; worker < MANY; worker++)
        if (!fork()) {
            unsigned *mine = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, open("file", O_RDWR), 0);
            for (int n = 0; n < 1000; n++) __atomic_add_fetch(&mine[1000], 1, __ATOMIC_SEQ_CST);
            _exit(0);
        }
    wait_for_all();
    SHOW(shared[1000]);
    unsigned read_back = 0;
    DO(pread(file, &read_back, sizeof read_back, 4000));
    SHOW(read_back);
    DO(msync(shared, 1 << 20, MS_SYNC));
    DO(munmap(shared, 1 << 20));
    DO(truncate("file", 4004));
    SHOW(of("file").st_size);
}

CASE(offsets_are_shared) {
    int file = open("file", O_RDWR);
    CHILD(DO(lseek(file, 5, SEEK_SET)));
    SHOW(lseek(file, 0, SEEK_CUR));
    int copy = dup(file), own = open("file", O_RDWR);
    DO(lseek(copy, 9, SEEK_SET));
    SHOW(lseek(file, 0, SEEK_CUR));
    SHOW(lseek(own, 0, SEEK_CUR));
    DO(fcntl(copy, F_SETFL, O_APPEND));
    SHOW((fcntl(file, F_GETFL) & O_APPEND) != 0);
    SHOW((fcntl(own, F_GETFL) & O_APPEND) != 0);
}

CASE(one_of_several_makes_it) {
    fflush(stdout);
    int made = 0;
    pid_t children[MANY];
    for (int worker = 0; worker < MANY; worker++)
        if (!(children[worker] = fork())) {
            int count = 0;
            for (int n = 0; n < 50; n++) {
                char name[32];
                snprintf(name, sizeof name, "empty/%d", n);
                count += open(name, O_CREAT | O_EXCL | O_WRONLY, 0644) >= 0;
            }
            _exit(count);
        }
    for (int worker = 0; worker < MANY; worker++) {
        int how;
        waitpid(children[worker], &how, 0);
        made += WEXITSTATUS(how);
    }
    SHOW(made);
}

CASE(renames_of_several) {
    write_file("empty/a", "whole\n");
    fflush(stdout);
    for (int worker = 0; worker < MANY; worker++)
        if (!fork()) {
            char mine[32];
            snprintf(mine, sizeof mine, "empty/mine-%d", worker);
            for (int n = 0; n < 50; n++) {
                write_file(mine, "whole\n");
                if (rename(mine, "empty/a")) _exit(1);
            }
            _exit(0);
        }
    int torn = 0;
    for (int n = 0; n < 200; n++) torn += strcmp(content("empty/a"), "whole\n") != 0;
    wait_for_all();
    SHOW(torn);
    DO(unlink("empty/a"));
    DO(rmdir("empty"));
}

CASE(what_may_be_set_by_whom) {
    DO(chmod("file", 0666));
    DO(chmod("other", 0644));
    CHILD(if (getuid()) return; if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)) return;
          DO(utimensat(AT_FDCWD, "file", NULL, 0)); DO(utimensat(AT_FDCWD, "other", NULL, 0));
          struct timespec some[2] = { { 5, 0 }, { 7, 0 } }; DO(utimensat(AT_FDCWD, "file", some, 0));
          struct timespec omitted[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } }; DO(utimensat(AT_FDCWD, "other", omitted, 0));
          DO(chmod("file", 0777)); DO(truncate("file", 0)); DO(truncate("other", 0)); DO(setxattr("other", "user.x", "y", 1, 0)));
    SHOW(of("file").st_size);
}

CASE(group_goes_down) {
    DO(chmod("dir", 02775));
    if (getuid() == 0) DO(chown("dir", -1, 1));
    DO(chmod("dir", 02775));
    write_file("dir/new", "");
    SHOW(of("dir/new").st_gid == of("dir").st_gid);
    SHOW(of("dir/new").st_mode & 02000);
    DO(mkdir("dir/below", 0755));
    DO(mkdir("dir/below/more", 0755));
    SHOW(of("dir/below/more").st_gid == of("dir").st_gid);
    SHOW(of("dir/below/more").st_mode & 02000);
    DO(symlink("x", "dir/soft"));
    SHOW(of("dir/soft").st_gid == of("dir").st_gid);
}

CASE(sticky_and_renames) {
    DO(mkdir("shared", 0777));
    DO(chmod("shared", 01777));
    write_file("shared/mine", "mine\n");
    DO(chmod("shared/mine", 0666));
    DO(mkdir("shared/folder", 0777));
    DO(chmod("shared/folder", 0777));
    CHILD(if (getuid()) return; if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)) return;
          write_file("shared/yours", "yours\n"); DO(rename("shared/yours", "shared/mine")); DO(rmdir("shared/folder"));
          DO(rename("shared/yours", "shared/folder/in")); DO(unlink("shared/folder/in")); DO(chmod("shared", 0777)));
    printf("%s", content("shared/mine"));
}
