// Hard and symbolic links.
#include "case.h"

CASE(hard_link) {
    DO(link("file", "second"));
    SHOW(of("file").st_nlink);
    SHOW(of("file").st_ino == of("second").st_ino);
    write_file("second", "changed\n");
    printf("%s", content("file"));
    DO(unlink("file"));
    SHOW(of("second").st_nlink);
    DO(link("second", "other"));
    DO(link("dir", "dir2"));
    DO(link("nothing", "something"));
}

CASE(two_names_of_old) {
    SHOW(of("pair1").st_nlink);
    SHOW(of("pair1").st_ino == of("pair2").st_ino);
    DO(truncate("pair1", 2));
    printf("%zu %zu\n", strlen(content("pair1")), strlen(content("pair2")));
}

CASE(link_of_symlink) {
    DO(linkat(AT_FDCWD, "soft", AT_FDCWD, "hard-soft", 0));
    SHOW(S_ISLNK(of("hard-soft").st_mode));
    DO(linkat(AT_FDCWD, "soft", AT_FDCWD, "hard-file", AT_SYMLINK_FOLLOW));
    SHOW(S_ISREG(of("hard-file").st_mode));
}

CASE(symlinks) {
    DO(symlink("file", "new"));
    printf("%s", content("new"));
    DO(symlink("x", "file"));
    DO(symlink("", "empty-target"));
    DO(symlink("loop-b", "loop-a"));
    DO(symlink("loop-a", "loop-b"));
    DO(open("loop-a", O_RDONLY));
    DO(open("soft", O_RDONLY | O_NOFOLLOW));
    char target[4];
    SHOW(readlink("soft", target, sizeof target));
    DO(readlink("file", target, sizeof target));
    SHOW(of("soft").st_size);
    DO(unlink("soft"));
    printf("%s", content("file"));
    char far[5000];
    memset(far, 'x', sizeof far);
    far[4999] = 0;
    DO(symlink(far, "far"));
    far[4095] = 0;
    DO(symlink(far, "near"));
    DO(lchown("new", getuid(), getgid()));
    struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
    DO(utimensat(AT_FDCWD, "new", times, AT_SYMLINK_NOFOLLOW));
    SHOW(of("new").st_mtime);
}

CASE(removal) {
    DO(unlink("dir"));
    DO(rmdir("file"));
    DO(rmdir("dir"));
    DO(rmdir("empty"));
    DO(rmdir("."));
    DO(unlink("dir/inner"));
    DO(rmdir("dir/"));
    DO(unlink("nothing"));
    DO(unlink("file/"));
    int held = open("file", O_RDWR);
    DO(unlink("file"));
    SHOW(write(held, "still", 5));
    struct stat facts;
    fstat(held, &facts);
    SHOW(facts.st_nlink);
    DO(mkdir("file", 0755));
    DO(mkdir("dir", 0700));
    SHOW(rmdir("dir") == 0 && access("dir", F_OK) != 0);
}

CASE(removed_and_made_again) {
    DO(unlink("dir/inner"));
    DO(rmdir("dir"));
    DO(mkdir("dir", 0755));
    DO(access("dir/inner", F_OK));
    write_file("dir/inner", "again\n");
    printf("%s", content("dir/inner"));
    DO(unlink("file"));
    DO(symlink("other", "file"));
    printf("%s", content("file"));
}
