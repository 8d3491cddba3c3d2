// Pipes, sockets, nameless files, names, directories, numbers of inodes.
#include "case.h"
#include <sys/statvfs.h>

CASE(pipes) {
    DO(mkfifo("new-pipe", 0644));
    int reader = open("new-pipe", O_RDONLY | O_NONBLOCK), writer = open("new-pipe", O_WRONLY);
    char text[8] = { 0 };
    SHOW(write(writer, "hello", 5));
    SHOW(read(reader, text, 8));
    DO(open("pipe", O_WRONLY | O_NONBLOCK));
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    DO(write(open("pipe", O_WRONLY | O_NONBLOCK), "x", 1));
    SHOW(read(reader, text, 8));
    DO(mkfifo("file", 0644));
}

CASE(sockets) {
    struct sockaddr_un name = { AF_UNIX, "socket" };
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    DO(bind(server, (void *)&name, sizeof name));
    DO(connect(client, (void *)&name, sizeof name));
    DO(listen(server, 1));
    DO(connect(client, (void *)&name, sizeof name));
    SHOW(S_ISSOCK(of("socket").st_mode));
    DO(open("socket", O_RDWR));
    DO(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&name, sizeof name));
    DO(chmod("socket", 0));
    DO(rename("socket", "elsewhere"));
    DO(mknod("by-mknod", S_IFSOCK | 0644, 0));
    DO(mknod("regular", S_IFREG | 0640, 0));
    SHOW(of("regular").st_mode);
}

CASE(device_nodes) { DO(mknod("null", S_IFCHR | 0666, 0x103)); }

CASE(nameless_files) {
    int file = open(".", O_TMPFILE | O_RDWR, 0640);
    SHOW(write(file, "named\n", 6));
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", file);
    DO(linkat(AT_FDCWD, self, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    printf("%s", content("named"));
    SHOW(of("named").st_mode);
    SHOW(of("named").st_nlink);
    file = open("dir", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    snprintf(self, sizeof self, "/proc/self/fd/%d", file);
    DO(linkat(AT_FDCWD, self, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
    file = memfd_create("memory", 0);
    SHOW(write(file, "x", 1));
}

CASE(names) {
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    write_file(name, "");
    SHOW(of(name).st_size);
    name[255] = 'n';
    name[256] = 0;
    DO(open(name, O_CREAT | O_WRONLY, 0644));
    write_file("bytes \xff\n\x01", "odd\n");
    printf("%s", content("bytes \xff\n\x01"));
    DO(mkdir("wh..wh", 0755));
    write_file(".wh.file", "not a mark\n");
    printf("%s%s", content(".wh.file"), content("file"));
    DO(open("", O_RDONLY));
    DO(mkdir("dir/./../dir", 0755));
}

CASE(directories) {
    for (int n = 0; n < 500; n++) {
        char name[32];
        snprintf(name, sizeof name, "full/entry-%d", n);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    DIR *dir = opendir("full");
    int count = 0, match = 1, removed = 0;
    for (struct dirent *entry; (entry = readdir(dir)); count++) {
        struct stat facts;
        if (entry->d_name[0] == '.') continue;
        if (fstatat(dirfd(dir), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) || facts.st_ino != entry->d_ino) match = 0;
        if (entry->d_type != DT_REG) match = 0;
        if (unlinkat(dirfd(dir), entry->d_name, 0) == 0) removed++;
    }
    SHOW(count);
    SHOW(match);
    SHOW(removed);
    rewinddir(dir);
    count = 0;
    while (readdir(dir)) count++;
    SHOW(count);
    DO(rmdir("full"));
    SHOW(readdir(dir) == NULL);
    SHOW(of("dir").st_nlink > 0);
}

CASE(inode_numbers) {
    ino_t file = of("file").st_ino, dir = of("dir").st_ino, pipe = of("pipe").st_ino;
    dev_t device = of("file").st_dev;
    DO(chmod("file", 0600));
    SHOW(of("file").st_ino == file);
    write_file("file", "changed\n");
    SHOW(of("file").st_ino == file);
    DO(chmod("dir", 0700));
    SHOW(of("dir").st_ino == dir);
    DO(chmod("pipe", 0600));
    SHOW(of("pipe").st_ino == pipe);
    SHOW(of("file").st_dev == device);
    SHOW(of("dir").st_dev == device);
    write_file("new", "");
    SHOW(of("new").st_dev == device);
    SHOW(of("new").st_ino != of("other").st_ino);
}

CASE(file_systems) {
    struct statvfs facts;
    DO(statvfs(".", &facts));
    SHOW(facts.f_namemax);
    SHOW(facts.f_bfree > 0);
    int file = open("file", O_RDWR);
    DO(fsync(file));
    DO(fdatasync(file));
    DO(syncfs(file));
    DO(fsync(open("dir", O_RDONLY)));
    DO(open("file", O_RDWR | O_DIRECT));
    DO(open("file", O_WRONLY | O_SYNC));
    DO(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) ? -1 : 0);
    DO(open("file", O_PATH));
    DO(open("../file_systems/file", O_RDONLY | O_NOATIME));
}

CASE(handles) {
    struct { struct file_handle head; char room[MAX_HANDLE_SZ]; } handle = { .head.handle_bytes = MAX_HANDLE_SZ };
    int mount;
    DO(name_to_handle_at(AT_FDCWD, "file", &handle.head, &mount, 0));
}
