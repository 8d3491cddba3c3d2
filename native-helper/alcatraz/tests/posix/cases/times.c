// Times: set, kept, and changed by what changes them.
#include "case.h"

static long long nanoseconds(struct timespec time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }
static void set(const char *path, long seconds) {
    struct timespec times[2] = { { seconds, 1 }, { seconds, 123456789 } };
    DO(utimensat(AT_FDCWD, path, times, 0));
}

CASE(times_are_set_exactly) {
    set("file", 1000000000);
    SHOW(nanoseconds(of("file").st_mtim));
    SHOW(nanoseconds(of("file").st_atim));
    struct timespec some[2] = { { 5, UTIME_OMIT }, { 7, 0 } };
    DO(utimensat(AT_FDCWD, "file", some, 0));
    SHOW(nanoseconds(of("file").st_atim));
    SHOW(of("file").st_mtime);
    struct timespec now[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };
    DO(utimensat(AT_FDCWD, "file", now, 0));
    SHOW(of("file").st_atime > 1000000000);
    set("dir", 1000000000);
    SHOW(nanoseconds(of("dir").st_mtim));
    set("file", -1);
    SHOW(nanoseconds(of("file").st_mtim));
}

CASE(times_change) {
    set("dir", 1000);
    set("file", 1000);
    write_file("dir/new", "");
    SHOW(of("dir").st_mtime > 1000);
    set("dir", 1000);
    DO(rename("dir/new", "dir/newer"));
    SHOW(of("dir").st_mtime > 1000);
    set("dir", 1000);
    DO(unlink("dir/newer"));
    SHOW(of("dir").st_mtime > 1000);
    set("dir", 1000);
    write_file("dir/inner", "changed\n");
    SHOW(of("dir").st_mtime);
    DO(chmod("file", 0600));
    SHOW(of("file").st_mtime);
    SHOW(of("file").st_ctime > 1000);
    DO(truncate("file", 1));
    SHOW(of("file").st_mtime > 1000);
}

CASE(times_are_kept) {
    set("file", 1000);
    DO(rename("file", "moved"));
    SHOW(of("moved").st_mtime);
    DO(link("moved", "linked"));
    SHOW(of("linked").st_mtime);
    DO(chmod("linked", 0640));
    SHOW(of("moved").st_mtime);
    DO(setxattr("moved", "user.a", "b", 1, 0));
    SHOW(of("moved").st_mtime);
    long long before = nanoseconds(of("other").st_mtim);
    DO(close(open("other", O_RDWR)));
    SHOW(nanoseconds(of("other").st_mtim) == before);
}

CASE(times_by_mapped_write) {
    set("file", 1000);
    int file = open("file", O_RDWR);
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    memory[0] = 'X';
    DO(msync(memory, 4096, MS_SYNC));
    SHOW(of("file").st_mtime > 1000);
}
