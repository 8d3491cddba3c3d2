// Lengths, holes, offsets.
#include "case.h"

CASE(truncation) {
    DO(truncate("file", 3));
    printf("%s\n", content("file"));
    DO(truncate("file", 100000));
    SHOW(of("file").st_size);
    DO(truncate("file", -1));
    DO(truncate("dir", 0));
    DO(truncate("nothing", 0));
    int reader = open("other", O_RDONLY);
    DO(ftruncate(reader, 0));
    DO(close(open("other", O_WRONLY | O_TRUNC)));
    SHOW(of("other").st_size);
    DO(open("dir", O_WRONLY));
    DO(open("file", O_CREAT | O_EXCL | O_WRONLY, 0644));
    DO(open("file", O_RDONLY | O_DIRECTORY));
}

CASE(holes) {
    int file = open("sparse", O_CREAT | O_RDWR, 0644);
    SHOW(pwrite(file, "end", 3, 1 << 20));
    SHOW(of("sparse").st_size);
    SHOW(of("sparse").st_blocks < 100);
    SHOW(lseek(file, 0, SEEK_DATA) > 0);
    SHOW(lseek(file, 0, SEEK_HOLE));
    DO(lseek(file, 2 << 20, SEEK_DATA));
    DO(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
    SHOW(of("sparse").st_size);
}

CASE(reserved_space) {
    int file = open("file", O_RDWR);
    DO(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 8192));
    DO(fallocate(file, 0, 8192, 10));
    SHOW(of("file").st_size);
}

CASE(old_sparse_file) {
    SHOW(of("hole").st_size);
    SHOW(of("hole").st_blocks < 100);
    DO(chmod("hole", 0600));
    DO(truncate("hole", 1 << 19));
    int file = open("hole", O_RDWR);
    SHOW(pwrite(file, "x", 1, 5));
    SHOW(of("hole").st_size);
    SHOW(of("hole").st_blocks < 100);
}

CASE(appending) {
    int a = open("file", O_WRONLY | O_APPEND), b = open("file", O_WRONLY | O_APPEND);
    SHOW(write(a, "one\n", 4));
    SHOW(write(b, "two\n", 4));
    SHOW(pwrite(a, "three\n", 6, 0));
    printf("%s", content("file"));
    SHOW(lseek(a, 0, SEEK_CUR) == of("file").st_size);
}

CASE(copying) {
    int from = open("file", O_RDONLY), to = open("copy", O_CREAT | O_RDWR, 0644);
    off_t start = 0;
    SHOW(copy_file_range(from, &start, to, NULL, 100, 0));
    printf("%s", content("copy"));
    DO(copy_file_range(from, &start, open("copy", O_RDONLY), NULL, 100, 0));
    DO(ioctl(to, 0x40049409 /* FICLONE */, open("dir", O_RDONLY)));
}

CASE(reader_from_before_the_change) {
    int reader = open("file", O_RDONLY);
    write_file("file", "written afterwards\n");
    char text[64] = { 0 };
    SHOW(pread(reader, text, sizeof text, 0));
    printf("%s", text);
    struct stat facts;
    fstat(reader, &facts);
    SHOW(facts.st_ino == of("file").st_ino);
    SHOW(facts.st_size);
}
