// How paths are resolved: limits, loops, slashes, dangling links, directories that are gone.
#include "case.h"

CASE(long_paths) {
    char path[5000] = "";
    while (strlen(path) < 4094) strcat(path, "./");
    strcat(path, "file");
    DO(open(path + 4, O_RDONLY));
    DO(open(path, O_RDONLY));
    DO(mkdir(path, 0755));
    char name[260];
    memset(name, 'n', sizeof name);
    name[256] = 0;
    DO(mkdir(name, 0755));
    DO(symlink("file", name));
    DO(link("file", name));
    DO(rename("file", name));
    DO(unlink(name));
    name[255] = 0;
    DO(mkdir(name, 0755));
    DO(rename(name, "short"));
    DO(rmdir("short"));
}

CASE(deep_directories) {
    char name[201];
    memset(name, 'd', 200);
    name[200] = 0;
    int made = 0;
    for (; made < 30; made++)
        if (mkdir(name, 0755) || chdir(name)) break;
    SHOW(made);
    write_file("deepest", "deep\n");
    printf("%s", content("deepest"));
    char room[4096];
    SHOW(getcwd(room, sizeof room) == NULL);
    DO(unlink("deepest"));
    for (; made > 0; made--)
        if (chdir("..") || rmdir(name)) break;
    SHOW(made);
}

CASE(chains_of_links) {
    char from[16] = "file", to[16];
    for (int n = 1; n <= 41; n++) {
        snprintf(to, sizeof to, "link-%d", n);
        symlink(from, to);
        strcpy(from, to);
    }
    DO(open("link-40", O_RDONLY));
    DO(open("link-41", O_RDONLY));
    DO(symlink("self", "self"));
    DO(open("self", O_RDONLY));
    DO(open("self", O_CREAT | O_WRONLY, 0644));
    DO(chmod("self", 0644));
    DO(chdir("self"));
    DO(open("self/below", O_RDONLY));
    DO(unlink("self"));
}

CASE(dangling_links) {
    DO(symlink("not-yet", "dangling"));
    DO(open("dangling", O_RDONLY));
    DO(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0644));
    DO(open("dangling", O_CREAT | O_NOFOLLOW | O_WRONLY, 0644));
    DO(mkdir("dangling", 0755));
    DO(truncate("dangling", 0));
    DO(open("dangling", O_CREAT | O_WRONLY, 0644));
    SHOW(S_ISREG(of("not-yet").st_mode));
    DO(link("dangling", "hard"));
    SHOW(S_ISLNK(of("hard").st_mode));
}

CASE(slashes_at_the_end) {
    DO(symlink("empty", "to-dir"));
    DO(open("file/", O_RDONLY));
    DO(open("to-dir/", O_RDONLY | O_DIRECTORY));
    DO(open("to-dir", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    DO(open("fresh/", O_CREAT | O_WRONLY, 0644));
    DO(mkdir("fresh/", 0755));
    DO(rmdir("fresh/"));
    DO(rmdir("to-dir"));
    DO(rmdir("to-dir/"));
    DO(unlink("to-dir/"));
    DO(rename("to-dir/", "elsewhere"));
    DO(symlink("x", "new-link/"));
    DO(open("file/below", O_RDONLY));
    DO(mkdir("file/below", 0755));
    DO(unlink("to-dir"));
}

CASE(rename_over) {
    DO(mkdir("new", 0755));
    DO(rename("new", "full"));
    DO(rename("new", "file"));
    DO(rename("file", "new"));
    DO(rename("soft", "new"));
    DO(rename("new", "soft"));
    DO(rename("pipe", "other"));
    SHOW(S_ISFIFO(of("other").st_mode));
    DO(unlink("full/one"));
    DO(rename("new", "full"));
    SHOW(of("full").st_nlink > 0);
    DO(rename(".", "x"));
    DO(rename("full", "."));
    DO(rename("full/..", "x"));
    DO(rename("", "x"));
}

CASE(counts_of_links) {
    write_file("one", "x");
    int made = 0;
    for (; made < 100; made++) {
        char name[32];
        snprintf(name, sizeof name, "name-%d", made);
        if (link("one", name)) break;
    }
    SHOW(made);
    SHOW(of("one").st_nlink);
    SHOW(of("name-50").st_nlink);
    DO(unlink("one"));
    DO(rename("name-1", "name-2"));
    SHOW(of("name-2").st_nlink);
    DO(rename("name-3", "other"));
    SHOW(of("other").st_nlink);
    int held = open("name-4", O_RDONLY);
    struct stat facts;
    fstat(held, &facts);
    SHOW(facts.st_nlink);
}

CASE(working_directory_that_is_gone) {
    DO(mkdir("new", 0755));
    DO(chdir("new"));
    DO(rmdir("../new"));
    DO(open("file", O_CREAT | O_WRONLY, 0644));
    DO(mkdir("below", 0755));
    DO(open(".", O_RDONLY));
    DO(open("..", O_RDONLY));
    char room[4096];
    DO(getcwd(room, sizeof room) ? 0 : -1);
    DO(chdir(".."));
}

CASE(working_directory_that_was_renamed) {
    DO(mkdir("new", 0755));
    DO(chdir("new"));
    DO(rename("../new", "../newer"));
    write_file("in", "in\n");
    char room[4096];
    SHOW(getcwd(room, sizeof room) && strstr(room, "/newer"));
    printf("%s", content("../newer/in"));
}
