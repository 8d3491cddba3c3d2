// Locks between processes, leases, notices.
#include "case.h"
#include <poll.h>
#include <sys/inotify.h>

static struct flock whole(short type) { return (struct flock){ .l_type = type, .l_whence = SEEK_SET }; }

CASE(record_locks) {
    int file = open("file", O_RDWR);
    struct flock lock = whole(F_WRLCK);
    DO(fcntl(file, F_SETLK, &lock));
    CHILD(int mine = open("file", O_RDWR); struct flock other = whole(F_RDLCK); DO(fcntl(mine, F_SETLK, &other));
          struct flock ask = whole(F_WRLCK); fcntl(mine, F_GETLK, &ask); SHOW(ask.l_type == F_WRLCK); SHOW(ask.l_pid == getppid()));
    lock = whole(F_UNLCK);
    DO(fcntl(file, F_SETLK, &lock));
    CHILD(int mine = open("file", O_RDWR); struct flock other = whole(F_RDLCK); DO(fcntl(mine, F_SETLK, &other)));
    int reader = open("file", O_RDONLY);
    lock = whole(F_WRLCK);
    DO(fcntl(reader, F_SETLK, &lock));
}

CASE(lock_by_a_reader_from_before_the_change) {
    int reader = open("file", O_RDONLY);
    DO(flock(reader, LOCK_SH | LOCK_NB));
    CHILD(int writer = open("file", O_RDWR); DO(flock(writer, LOCK_EX | LOCK_NB)); DO(flock(writer, LOCK_SH | LOCK_NB)));
    struct flock lock = whole(F_RDLCK);
    DO(fcntl(reader, F_SETLK, &lock));
    CHILD(int writer = open("file", O_RDWR); struct flock mine = whole(F_WRLCK); DO(fcntl(writer, F_SETLK, &mine)));
}

CASE(whole_file_locks) {
    int file = open("dir", O_RDONLY);
    DO(flock(file, LOCK_EX | LOCK_NB));
    CHILD(DO(flock(open("dir", O_RDONLY), LOCK_EX | LOCK_NB)));
    int one = open("new", O_CREAT | O_RDWR, 0644), two = open("new", O_RDWR);
    struct flock lock = whole(F_WRLCK);
    DO(fcntl(one, F_OFD_SETLK, &lock));
    lock = whole(F_WRLCK);
    DO(fcntl(two, F_OFD_SETLK, &lock));
}

CASE(leases) {
    int file = open("file", O_RDONLY);
    DO(fcntl(file, F_SETLEASE, F_RDLCK));
    SHOW(fcntl(file, F_GETLEASE) == F_RDLCK);
    DO(fcntl(file, F_SETLEASE, F_UNLCK));
}

static void notices(const char *what, int watcher) {
    char room[4096];
    struct pollfd wait = { watcher, POLLIN, 0 };
    unsigned seen = 0;
    while (poll(&wait, 1, 0) > 0) {
        ssize_t length = read(watcher, room, sizeof room);
        for (char *at = room; at < room + length; at += sizeof(struct inotify_event) + ((struct inotify_event *)at)->len)
            seen |= ((struct inotify_event *)at)->mask;
    }
    printf("%s: %x\n", what, seen & (IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO));
}

CASE(notices_of_changes) {
    int watcher = inotify_init1(IN_NONBLOCK);
    DO(inotify_add_watch(watcher, "file", IN_MODIFY | IN_ATTRIB));
    DO(inotify_add_watch(watcher, "dir", IN_ALL_EVENTS));
    write_file("file", "changed\n");
    notices("after a write", watcher);
    DO(chmod("file", 0600));
    notices("after chmod", watcher);
    write_file("dir/new", "");
    notices("after a file was made", watcher);
    DO(rename("dir/new", "dir/newer"));
    notices("after a rename", watcher);
    DO(unlink("dir/newer"));
    notices("after a removal", watcher);
}
