// rename, in all its combinations.
#include "case.h"

CASE(rename_files) {
    ino_t number = of("file").st_ino;
    DO(rename("file", "moved"));
    SHOW(of("moved").st_ino == number);
    DO(rename("moved", "other"));
    printf("%s", content("other"));
    DO(rename("nothing", "x"));
    DO(rename("other", "dir"));
    DO(rename("dir", "other"));
    DO(rename("other", "other"));
    DO(rename("soft", "soft2"));
    DO(rename("other/", "x"));
}

CASE(rename_one_of_two_names) {
    DO(rename("pair1", "pair2"));
    SHOW(access("pair1", F_OK) == 0);
    write_file("a", "a");
    DO(link("a", "b"));
    DO(rename("a", "b"));
    SHOW(access("a", F_OK) == 0);
}

CASE(rename_old_directory) {
    DO(rename("dir", "moved"));
    printf("%s", content("moved/inner"));
}

CASE(rename_old_directory_over) {
    DO(rename("dir", "full"));
    DO(rename("dir", "empty"));
    DO(rename("full", "full/below"));
}

CASE(rename_new_directory) {
    DO(mkdir("new", 0755));
    write_file("new/in", "in\n");
    DO(rename("new", "new2"));
    printf("%s", content("new2/in"));
    DO(mkdir("target", 0755));
    DO(rename("new2", "target"));
    DO(rename("target", "target/sub"));
    DO(rename("target", "full"));
    DO(mkdir("new", 0755));
    DO(rename("new", "empty"));
}

CASE(rename_with_flags) {
    DO(renameat2(AT_FDCWD, "file", AT_FDCWD, "other", RENAME_NOREPLACE));
    DO(renameat2(AT_FDCWD, "file", AT_FDCWD, "other", RENAME_EXCHANGE));
    printf("%s", content("file"));
    DO(renameat2(AT_FDCWD, "file", AT_FDCWD, "soft", RENAME_EXCHANGE));
    SHOW(S_ISLNK(of("file").st_mode));
    DO(renameat2(AT_FDCWD, "other", AT_FDCWD, "fresh", RENAME_NOREPLACE));
    DO(renameat2(AT_FDCWD, "fresh", AT_FDCWD, "nothing", RENAME_EXCHANGE));
    DO(renameat2(AT_FDCWD, "fresh", AT_FDCWD, "x", RENAME_NOREPLACE | RENAME_EXCHANGE));
}

CASE(rename_exchange_directory) { DO(renameat2(AT_FDCWD, "file", AT_FDCWD, "dir", RENAME_EXCHANGE)); }

CASE(rename_whiteout) { DO(renameat2(AT_FDCWD, "file", AT_FDCWD, "elsewhere", RENAME_WHITEOUT)); }

CASE(rename_while_open) {
    int held = open("file", O_RDWR | O_APPEND);
    DO(rename("file", "moved"));
    SHOW(write(held, "more\n", 5));
    SHOW(of("moved").st_size);
    int dir = open("empty", O_RDONLY | O_DIRECTORY);
    DO(rename("moved", "empty/moved"));
    DO(openat(dir, "moved", O_RDONLY));
}
